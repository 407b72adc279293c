/* SPDX-License-Identifier: Apache-2.0 */

/* Errors, buffers, and what libbpf says. */

#include <fcntl.h>
#include <stdio.h>

#include "shim.h"

/* The verifier's reasons come last in its log, so the end of what libbpf says is kept. */
#define LOG_ROOM 16384

static __thread char said[LOG_ROOM + 1];
static __thread size_t said_length;

static jclass exception_class;
static jmethodID exception_init;

static int listen_to_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char *text;
	int length;

	if (level == LIBBPF_DEBUG)
		return 0;
	length = vasprintf(&text, format, arguments);
	if (length < 0)
		return 0;

	size_t keep = (size_t)length > LOG_ROOM ? LOG_ROOM : (size_t)length;

	if (said_length + keep > LOG_ROOM) {
		size_t drop = said_length + keep - LOG_ROOM;

		memmove(said, said + drop, said_length - drop);
		said_length -= drop;
	}
	memcpy(said + said_length, text + (size_t)length - keep, keep);
	said_length += keep;
	said[said_length] = '\0';
	free(text);
	return length;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
	JNIEnv *env;

	(void)reserved;
	if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8) != JNI_OK)
		return JNI_ERR;

	jclass found = (*env)->FindClass(env, "io/tern/libbpf/BpfException");

	if (!found)
		return JNI_ERR;
	exception_class = (*env)->NewGlobalRef(env, found);
	exception_init = (*env)->GetMethodID(env, found, "<init>",
					     "(Ljava/lang/String;ILjava/lang/String;Ljava/lang/String;I)V");
	if (!exception_class || !exception_init)
		return JNI_ERR;
	libbpf_set_print(listen_to_libbpf);
	return JNI_VERSION_1_8;
}

void forget_log(void)
{
	said_length = 0;
	said[0] = '\0';
}

/* What a program says need not be what JNI calls UTF-8: other octets become question marks. */
static jstring plain_text(JNIEnv *env, const char *text)
{
	char copy[LOG_ROOM + 1];
	size_t i;

	for (i = 0; text[i] && i < LOG_ROOM; i++)
		copy[i] = text[i] > 0 ? text[i] : '?';
	copy[i] = '\0';
	return (*env)->NewStringUTF(env, copy);
}

void throw_bpf(JNIEnv *env, const char *what, int error, int completed)
{
	char meaning[128];
	jstring operation = (*env)->NewStringUTF(env, what);
	jstring reason = plain_text(env, strerror_r(error, meaning, sizeof(meaning)));
	jstring log = plain_text(env, said);

	if (!operation || !reason || !log)
		return;

	jobject exception = (*env)->NewObject(env, exception_class, exception_init, operation, error,
					      reason, log, completed);

	if (exception)
		(*env)->Throw(env, exception);
}

void throw_argument(JNIEnv *env, const char *message)
{
	jclass type = (*env)->FindClass(env, "java/lang/IllegalArgumentException");

	if (type)
		(*env)->ThrowNew(env, type, message);
}

void *octets_of(JNIEnv *env, jobject buffer, jlong offset, jlong length)
{
	if (!buffer)
		return NULL;

	char *address = (*env)->GetDirectBufferAddress(env, buffer);
	jlong capacity = (*env)->GetDirectBufferCapacity(env, buffer);

	if (!address || capacity < 0) {
		throw_argument(env, "the buffer is not direct");
		return NULL;
	}
	if (offset < 0 || length < 0 || offset > capacity || length > capacity - offset) {
		char message[128];

		snprintf(message, sizeof(message),
			 "%lld octets from %lld are not in a buffer of %lld", (long long)length,
			 (long long)offset, (long long)capacity);
		throw_argument(env, message);
		return NULL;
	}
	return address + offset;
}

char *text_of(JNIEnv *env, jstring string)
{
	if (!string) {
		throw_argument(env, "a string is null");
		return NULL;
	}

	const char *octets = (*env)->GetStringUTFChars(env, string, NULL);

	if (!octets)
		return NULL;

	char *copy = strdup(octets);

	(*env)->ReleaseStringUTFChars(env, string, octets);
	if (!copy)
		throw_bpf(env, "strdup", ENOMEM, 0);
	return copy;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_closeDescriptor(JNIEnv *env, jclass type, jint fd)
{
	(void)env;
	(void)type;
	close(fd);
}

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_possibleCpus(JNIEnv *env, jclass type)
{
	(void)type;
	forget_log();

	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		throw_bpf(env, "count the possible CPUs", -cpus, 0);
	return cpus;
}

JNIEXPORT jstring JNICALL Java_io_tern_libbpf_Native_version(JNIEnv *env, jclass type)
{
	(void)type;
	return (*env)->NewStringUTF(env, libbpf_version_string());
}
