/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERN_LIBBPF_SHIM_H
#define TERN_LIBBPF_SHIM_H

/*
 * What the files of the shim share. The shim has no logic: each native method is one call of libbpf or
 * of the kernel, with its arguments checked and its failure thrown as io.tern.libbpf.BpfException.
 */

#include <errno.h>
#include <jni.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "io_tern_libbpf_Native.h"

/* Forgets what libbpf has said on this thread: before each call that may make it say something. */
void forget_log(void);

/*
 * Throws BpfException: what was tried, the errno (positive) and what libbpf said since forget_log.
 * `completed` is how many elements of a batch were done.
 */
void throw_bpf(JNIEnv *env, const char *what, int error, int completed);

void throw_argument(JNIEnv *env, const char *message);

/*
 * The octets [offset, offset + length) of a direct buffer. NULL and an exception if it is no direct
 * buffer or does not have them; NULL without an exception only for a null buffer.
 */
void *octets_of(JNIEnv *env, jobject buffer, jlong offset, jlong length);

/* A string's UTF-8, to be freed; NULL and an exception if there is no memory or no string. */
char *text_of(JNIEnv *env, jstring string);

static inline void *pointer(jlong handle)
{
	return (void *)(intptr_t)handle;
}

static inline jlong handle(void *pointer)
{
	return (jlong)(intptr_t)pointer;
}

#endif
