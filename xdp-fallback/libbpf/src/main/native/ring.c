/* SPDX-License-Identifier: Apache-2.0 */

/* Ring buffers: records are handed to Java while a poll lasts. */

#include "shim.h"

struct ring {
	struct ring_buffer *buffer;
	/* Of the poll that runs now. */
	JNIEnv *env;
	jobject receiver;
	jmethodID record;
};

static int hand_over(void *context, void *data, size_t size)
{
	struct ring *ring = context;
	JNIEnv *env = ring->env;
	jobject octets = (*env)->NewDirectByteBuffer(env, data, (jlong)size);

	if (!octets)
		return -ENOMEM;
	(*env)->CallVoidMethod(env, ring->receiver, ring->record, octets);
	(*env)->DeleteLocalRef(env, octets);
	return (*env)->ExceptionCheck(env) ? -ECANCELED : 0;
}

JNIEXPORT jlong JNICALL Java_io_tern_libbpf_Native_ringOpen(JNIEnv *env, jclass type, jint map)
{
	(void)type;
	struct ring *ring = calloc(1, sizeof(*ring));

	forget_log();
	if (ring)
		ring->buffer = ring_buffer__new(map, hand_over, ring, NULL);
	if (!ring || !ring->buffer) {
		int error = ring ? errno : ENOMEM;

		free(ring);
		throw_bpf(env, "open the ring buffer", error, 0);
		return 0;
	}
	return handle(ring);
}

/* Records that were handed to receiver.record(ByteBuffer); waits at most `milliseconds` for the first. */
JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_ringPoll(JNIEnv *env, jclass type, jlong opened,
							   jobject receiver, jint milliseconds)
{
	(void)type;
	struct ring *ring = pointer(opened);
	jclass receiving = (*env)->GetObjectClass(env, receiver);

	ring->env = env;
	ring->receiver = receiver;
	ring->record = (*env)->GetMethodID(env, receiving, "record", "(Ljava/nio/ByteBuffer;)V");
	if (!ring->record)
		return 0;
	forget_log();

	int records = ring_buffer__poll(ring->buffer, milliseconds);

	if (records < 0 && records != -EINTR && !(*env)->ExceptionCheck(env))
		throw_bpf(env, "poll the ring buffer", -records, 0);
	return records < 0 ? 0 : records;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_ringClose(JNIEnv *env, jclass type, jlong opened)
{
	(void)env;
	(void)type;
	struct ring *ring = pointer(opened);

	ring_buffer__free(ring->buffer);
	free(ring);
}
