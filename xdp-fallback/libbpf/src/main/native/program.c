/* SPDX-License-Identifier: Apache-2.0 */

/* Programs: test runs, and links that attach them. */

#include <net/if.h>
#include <sys/socket.h>

#include "shim.h"

#ifndef SO_ATTACH_REUSEPORT_EBPF
#define SO_ATTACH_REUSEPORT_EBPF 52
#endif

/* Writes the return value, the mean duration in nanoseconds, and the octets of data_out. */
JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_programTestRun(
	JNIEnv *env, jclass type, jint fd, jobject data_in, jint in_length, jobject data_out,
	jint out_room, jobject ctx, jint ctx_length, jint repeat, jint flags, jint batch_size,
	jintArray result)
{
	(void)type;
	void *in = octets_of(env, data_in, 0, in_length);
	void *out = (*env)->ExceptionCheck(env) ? NULL : octets_of(env, data_out, 0, out_room);
	void *context = (*env)->ExceptionCheck(env) ? NULL : octets_of(env, ctx, 0, ctx_length);

	if ((*env)->ExceptionCheck(env))
		return;

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = in, .data_size_in = (__u32)in_length,
		    .data_out = out, .data_size_out = out ? (__u32)out_room : 0,
		    .ctx_in = context, .ctx_size_in = context ? (__u32)ctx_length : 0,
		    .repeat = repeat, .flags = (__u32)flags, .batch_size = (__u32)batch_size);

	forget_log();

	int error = bpf_prog_test_run_opts(fd, &options);

	if (error) {
		throw_bpf(env, "run the program", -error, 0);
		return;
	}

	jint values[] = { (jint)options.retval, (jint)options.duration, (jint)options.data_size_out };

	(*env)->SetIntArrayRegion(env, result, 0, 3, values);
}

/* Writes type and ID; returns the name. */
JNIEXPORT jstring JNICALL Java_io_tern_libbpf_Native_programInfo(JNIEnv *env, jclass type, jint fd,
								 jintArray result)
{
	(void)type;
	struct bpf_prog_info info = { 0 };
	__u32 length = sizeof(info);

	forget_log();

	int error = bpf_obj_get_info_by_fd(fd, &info, &length);

	if (error) {
		throw_bpf(env, "ask for what the program is", -error, 0);
		return NULL;
	}

	jint values[] = { (jint)info.type, (jint)info.id };

	(*env)->SetIntArrayRegion(env, result, 0, 2, values);
	info.name[sizeof(info.name) - 1] = '\0';
	return (*env)->ExceptionCheck(env) ? NULL : (*env)->NewStringUTF(env, info.name);
}

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_linkXdp(JNIEnv *env, jclass type, jint program,
							  jint interface, jint flags)
{
	(void)type;

	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = (__u32)flags);

	forget_log();

	int fd = bpf_link_create(program, interface, BPF_XDP, &options);

	if (fd < 0)
		throw_bpf(env, "attach the program", -fd, 0);
	return fd;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_linkUpdate(JNIEnv *env, jclass type, jint link,
							     jint program)
{
	(void)type;
	forget_log();

	int error = bpf_link_update(link, program, NULL);

	if (error)
		throw_bpf(env, "replace the program", -error, 0);
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_linkDetach(JNIEnv *env, jclass type, jint link)
{
	(void)type;
	forget_log();

	int error = bpf_link_detach(link);

	if (error)
		throw_bpf(env, "detach the program", -error, 0);
}

/* Writes type, ID, the program's ID, and the interface (0: it is gone). */
JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_linkInfo(JNIEnv *env, jclass type, jint fd,
							   jintArray result)
{
	(void)type;
	struct bpf_link_info info = { 0 };
	__u32 length = sizeof(info);

	forget_log();

	int error = bpf_obj_get_info_by_fd(fd, &info, &length);

	if (error) {
		throw_bpf(env, "ask for what the link is", -error, 0);
		return;
	}

	jint values[] = { (jint)info.type, (jint)info.id, (jint)info.prog_id,
			  (jint)(info.type == BPF_LINK_TYPE_XDP ? info.xdp.ifindex : 0) };

	(*env)->SetIntArrayRegion(env, result, 0, 4, values);
}

/* Writes how programs are attached (XDP_ATTACHED_...) and the ID of the one that is (0: none). */
JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_xdpQuery(JNIEnv *env, jclass type, jint interface,
							   jintArray result)
{
	(void)type;

	LIBBPF_OPTS(bpf_xdp_query_opts, options);

	forget_log();

	int error = bpf_xdp_query(interface, 0, &options);

	if (error) {
		throw_bpf(env, "ask for the interface's program", -error, 0);
		return;
	}

	__u32 program = options.prog_id ? options.prog_id :
			options.drv_prog_id ? options.drv_prog_id :
			options.skb_prog_id ? options.skb_prog_id : options.hw_prog_id;
	jint values[] = { (jint)options.attach_mode, (jint)program };

	(*env)->SetIntArrayRegion(env, result, 0, 2, values);
}

/* 0: there is no such interface. */
JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_interfaceIndex(JNIEnv *env, jclass type,
								 jstring name)
{
	(void)type;
	char *text = text_of(env, name);

	if (!text)
		return 0;

	jint index = (jint)if_nametoindex(text);

	free(text);
	return index;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_attachReuseport(JNIEnv *env, jclass type,
								  jint socket, jint program)
{
	(void)type;
	forget_log();
	if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program, sizeof(program)))
		throw_bpf(env, "attach the program to the sockets' group", errno, 0);
}
