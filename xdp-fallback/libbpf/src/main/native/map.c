/* SPDX-License-Identifier: Apache-2.0 */

/* Maps. `sizes` of an element come from the map itself, see Native.mapInfo. */

#include "shim.h"

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_mapCreate(JNIEnv *env, jclass type, jint map_type,
							    jstring name, jint key_size,
							    jint value_size, jint max_entries,
							    jint flags)
{
	(void)type;
	char *text = text_of(env, name);

	if (!text)
		return -1;

	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = (__u32)flags);

	forget_log();

	int fd = bpf_map_create((enum bpf_map_type)map_type, text, (__u32)key_size,
				(__u32)value_size, (__u32)max_entries, &options);

	free(text);
	if (fd < 0)
		throw_bpf(env, "create the map", -fd, 0);
	return fd;
}

/* Writes type, key size, value size, size, flags and ID; returns the name. */
JNIEXPORT jstring JNICALL Java_io_tern_libbpf_Native_mapInfo(JNIEnv *env, jclass type, jint fd,
							     jintArray result)
{
	(void)type;
	struct bpf_map_info info = { 0 };
	__u32 length = sizeof(info);

	forget_log();

	int error = bpf_obj_get_info_by_fd(fd, &info, &length);

	if (error) {
		throw_bpf(env, "ask for what the map is", -error, 0);
		return NULL;
	}

	jint values[] = { (jint)info.type,	  (jint)info.key_size,	(jint)info.value_size,
			  (jint)info.max_entries, (jint)info.map_flags, (jint)info.id };

	(*env)->SetIntArrayRegion(env, result, 0, 6, values);
	info.name[sizeof(info.name) - 1] = '\0';
	return (*env)->ExceptionCheck(env) ? NULL : (*env)->NewStringUTF(env, info.name);
}

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_pinnedObject(JNIEnv *env, jclass type, jstring path)
{
	(void)type;
	char *text = text_of(env, path);

	if (!text)
		return -1;
	forget_log();

	int fd = bpf_obj_get(text);

	free(text);
	if (fd < 0)
		throw_bpf(env, "open what is pinned", -fd, 0);
	return fd;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_pin(JNIEnv *env, jclass type, jint fd, jstring path)
{
	(void)type;
	char *text = text_of(env, path);

	if (!text)
		return;
	forget_log();

	int error = bpf_obj_pin(fd, text);

	free(text);
	if (error)
		throw_bpf(env, "pin", -error, 0);
}

JNIEXPORT jboolean JNICALL Java_io_tern_libbpf_Native_mapLookup(JNIEnv *env, jclass type, jint fd,
								jobject key, jlong key_at,
								jint key_size, jobject value,
								jlong value_at, jint value_size)
{
	(void)type;
	void *k = octets_of(env, key, key_at, key_size);
	void *v = k ? octets_of(env, value, value_at, value_size) : NULL;

	if (!v)
		return JNI_FALSE;
	forget_log();

	int error = bpf_map_lookup_elem(fd, k, v);

	if (error && error != -ENOENT)
		throw_bpf(env, "look up", -error, 0);
	return error == 0;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_mapUpdate(JNIEnv *env, jclass type, jint fd,
							    jobject key, jlong key_at, jint key_size,
							    jobject value, jlong value_at,
							    jint value_size, jlong flags)
{
	(void)type;
	void *k = octets_of(env, key, key_at, key_size);
	void *v = k ? octets_of(env, value, value_at, value_size) : NULL;

	if (!v)
		return;
	forget_log();

	int error = bpf_map_update_elem(fd, k, v, (__u64)flags);

	if (error)
		throw_bpf(env, "update the map", -error, 0);
}

JNIEXPORT jboolean JNICALL Java_io_tern_libbpf_Native_mapDelete(JNIEnv *env, jclass type, jint fd,
								jobject key, jlong key_at,
								jint key_size)
{
	(void)type;
	void *k = octets_of(env, key, key_at, key_size);

	if (!k)
		return JNI_FALSE;
	forget_log();

	int error = bpf_map_delete_elem(fd, k);

	if (error && error != -ENOENT)
		throw_bpf(env, "delete from the map", -error, 0);
	return error == 0;
}

/* The key behind `key` (null: the first one) into `next`; false if there is none. */
JNIEXPORT jboolean JNICALL Java_io_tern_libbpf_Native_mapNextKey(JNIEnv *env, jclass type, jint fd,
								 jobject key, jobject next,
								 jint key_size)
{
	(void)type;
	void *k = octets_of(env, key, 0, key_size);
	void *n = (*env)->ExceptionCheck(env) ? NULL : octets_of(env, next, 0, key_size);

	if (!n)
		return JNI_FALSE;
	forget_log();

	int error = bpf_map_get_next_key(fd, k, n);

	if (error && error != -ENOENT)
		throw_bpf(env, "walk through the map", -error, 0);
	return error == 0;
}

/* How many elements were read; that number less one, negative, if they were the last ones. */
JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_mapLookupBatch(
	JNIEnv *env, jclass type, jint fd, jobject from, jobject to, jint cursor_size, jobject keys,
	jint key_size, jobject values, jint value_size, jint count)
{
	(void)type;
	void *in = octets_of(env, from, 0, cursor_size);

	if ((*env)->ExceptionCheck(env))
		return 0;

	void *out = octets_of(env, to, 0, cursor_size);
	void *k = out ? octets_of(env, keys, 0, (jlong)key_size * count) : NULL;
	void *v = k ? octets_of(env, values, 0, (jlong)value_size * count) : NULL;
	__u32 done = (__u32)count;

	if (!v)
		return 0;

	LIBBPF_OPTS(bpf_map_batch_opts, options);

	forget_log();

	int error = bpf_map_lookup_batch(fd, in, out, k, v, &done, &options);

	if (error == -ENOENT)
		return -(jint)done - 1;
	if (error) {
		throw_bpf(env, "look up a batch", -error, 0);
		return 0;
	}
	return (jint)done;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_mapUpdateBatch(JNIEnv *env, jclass type, jint fd,
								 jobject keys, jlong keys_at,
								 jint key_size, jobject values,
								 jlong values_at, jint value_size,
								 jint count)
{
	(void)type;
	void *k = octets_of(env, keys, keys_at, (jlong)key_size * count);
	void *v = k ? octets_of(env, values, values_at, (jlong)value_size * count) : NULL;
	__u32 done = (__u32)count;

	if (!v)
		return;

	LIBBPF_OPTS(bpf_map_batch_opts, options);

	forget_log();

	int error = bpf_map_update_batch(fd, k, v, &done, &options);

	/* The kernel does not say how many where it did not begin at all. */
	if (error)
		throw_bpf(env, "update a batch", -error, done == (__u32)count ? 0 : (int)done);
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_mapDeleteBatch(JNIEnv *env, jclass type, jint fd,
								 jobject keys, jlong keys_at,
								 jint key_size, jint count)
{
	(void)type;
	void *k = octets_of(env, keys, keys_at, (jlong)key_size * count);
	__u32 done = (__u32)count;

	if (!k)
		return;

	LIBBPF_OPTS(bpf_map_batch_opts, options);

	forget_log();

	int error = bpf_map_delete_batch(fd, k, &done, &options);

	if (error)
		throw_bpf(env, "delete a batch", -error, done == (__u32)count ? 0 : (int)done);
}
