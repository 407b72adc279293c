/* SPDX-License-Identifier: Apache-2.0 */

/* Netlink sockets: messages are made and read in Java. */

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "shim.h"

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_netlinkOpen(JNIEnv *env, jclass type, jint protocol,
							      jint groups)
{
	(void)type;
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = (__u32)groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	forget_log();
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		throw_bpf(env, "open a netlink socket", error, 0);
		return -1;
	}
	return fd;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_netlinkSend(JNIEnv *env, jclass type, jint fd,
							      jobject message, jint length)
{
	(void)type;
	void *octets = octets_of(env, message, 0, length);
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (!octets)
		return;
	forget_log();
	if (sendto(fd, octets, (size_t)length, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		throw_bpf(env, "send to netlink", errno, 0);
}

/* Octets of one datagram; 0 if none comes within `milliseconds`. */
JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_netlinkReceive(JNIEnv *env, jclass type, jint fd,
								 jobject buffer, jint room,
								 jint milliseconds)
{
	(void)type;
	void *octets = octets_of(env, buffer, 0, room);
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t length;

	if (!octets)
		return 0;
	forget_log();

	int events = poll(&ready, 1, milliseconds);

	if (events == 0 || (events < 0 && errno == EINTR))
		return 0;
	length = events < 0 ? -1 : recv(fd, octets, (size_t)room, MSG_DONTWAIT);
	if (length < 0 && errno != EAGAIN && errno != EINTR) {
		throw_bpf(env, "receive from netlink", errno, 0);
		return 0;
	}
	return length < 0 ? 0 : (jint)length;
}
