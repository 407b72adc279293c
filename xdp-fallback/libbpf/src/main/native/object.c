/* SPDX-License-Identifier: Apache-2.0 */

/* BPF objects: opened from memory, configured, loaded. */

#include <fcntl.h>

#include "shim.h"

static struct bpf_map *find_map(JNIEnv *env, jlong object, jstring name)
{
	char *text = text_of(env, name);

	if (!text)
		return NULL;

	struct bpf_map *map = bpf_object__find_map_by_name(pointer(object), text);

	if (!map)
		throw_bpf(env, "find the map", ENOENT, 0);
	free(text);
	return map;
}

static struct bpf_program *find_program(JNIEnv *env, jlong object, jstring name)
{
	char *text = text_of(env, name);

	if (!text)
		return NULL;

	struct bpf_program *program = bpf_object__find_program_by_name(pointer(object), text);

	if (!program)
		throw_bpf(env, "find the program", ENOENT, 0);
	free(text);
	return program;
}

/* The caller's own descriptor: libbpf closes the object's with the object. */
static jint own(JNIEnv *env, const char *what, int fd)
{
	int copy = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		throw_bpf(env, what, fd < 0 ? -fd : errno, 0);
	return copy;
}

JNIEXPORT jlong JNICALL Java_io_tern_libbpf_Native_objectOpen(JNIEnv *env, jclass type, jstring name,
							      jobject elf, jlong length)
{
	(void)type;
	char *text = text_of(env, name);
	void *octets = text ? octets_of(env, elf, 0, length) : NULL;

	if (!octets) {
		free(text);
		return 0;
	}

	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = text);

	forget_log();

	struct bpf_object *object = bpf_object__open_mem(octets, (size_t)length, &options);
	int error = errno;

	free(text);
	if (!object)
		throw_bpf(env, "open the object", error, 0);
	return handle(object);
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectClose(JNIEnv *env, jclass type, jlong object)
{
	(void)env;
	(void)type;
	bpf_object__close(pointer(object));
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectLoad(JNIEnv *env, jclass type, jlong object)
{
	(void)type;
	forget_log();

	int error = bpf_object__load(pointer(object));

	if (error)
		throw_bpf(env, "load the object", -error, 0);
}

JNIEXPORT jobjectArray JNICALL Java_io_tern_libbpf_Native_objectNames(JNIEnv *env, jclass type,
								      jlong object,
								      jboolean programs)
{
	(void)type;
	jsize count = 0;
	struct bpf_map *map;
	struct bpf_program *program;

	if (programs) {
		bpf_object__for_each_program(program, pointer(object))
			count++;
	} else {
		bpf_object__for_each_map(map, pointer(object))
			count++;
	}

	jclass string = (*env)->FindClass(env, "java/lang/String");
	jobjectArray names = string ? (*env)->NewObjectArray(env, count, string, NULL) : NULL;
	jsize i = 0;

	if (!names)
		return NULL;
	if (programs) {
		bpf_object__for_each_program(program, pointer(object))
			(*env)->SetObjectArrayElement(
				env, names, i++,
				(*env)->NewStringUTF(env, bpf_program__name(program)));
	} else {
		bpf_object__for_each_map(map, pointer(object))
			(*env)->SetObjectArrayElement(
				env, names, i++, (*env)->NewStringUTF(env, bpf_map__name(map)));
	}
	return names;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectSetMaxEntries(JNIEnv *env, jclass type,
								      jlong object, jstring name,
								      jint entries)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);

	if (!map)
		return;
	forget_log();

	int error = bpf_map__set_max_entries(map, (__u32)entries);

	if (error)
		throw_bpf(env, "set the map's size", -error, 0);
}

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_objectMaxEntries(JNIEnv *env, jclass type,
								   jlong object, jstring name)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);

	return map ? (jint)bpf_map__max_entries(map) : 0;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectSetPinPath(JNIEnv *env, jclass type,
								   jlong object, jstring name,
								   jstring path)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);
	char *text = map ? text_of(env, path) : NULL;

	if (!text)
		return;
	forget_log();

	int error = bpf_map__set_pin_path(map, text);

	free(text);
	if (error)
		throw_bpf(env, "set the map's pin path", -error, 0);
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectReuseMap(JNIEnv *env, jclass type,
								 jlong object, jstring name, jint fd)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);

	if (!map)
		return;
	forget_log();

	int error = bpf_map__reuse_fd(map, fd);

	if (error)
		throw_bpf(env, "reuse the map", -error, 0);
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectSetInitialValue(JNIEnv *env, jclass type,
									jlong object, jstring name,
									jobject value, jlong length)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);
	void *octets = map ? octets_of(env, value, 0, length) : NULL;

	if (!octets)
		return;
	forget_log();

	int error = bpf_map__set_initial_value(map, octets, (size_t)length);

	if (error)
		throw_bpf(env, "set the map's initial value", -error, 0);
}

JNIEXPORT jbyteArray JNICALL Java_io_tern_libbpf_Native_objectInitialValue(JNIEnv *env, jclass type,
									   jlong object,
									   jstring name)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);
	size_t length = 0;

	if (!map)
		return NULL;

	const void *octets = bpf_map__initial_value(map, &length);

	if (!octets) {
		throw_bpf(env, "read the map's initial value", ENOENT, 0);
		return NULL;
	}

	jbyteArray value = (*env)->NewByteArray(env, (jsize)length);

	if (value)
		(*env)->SetByteArrayRegion(env, value, 0, (jsize)length, octets);
	return value;
}

JNIEXPORT void JNICALL Java_io_tern_libbpf_Native_objectSetAutoload(JNIEnv *env, jclass type,
								    jlong object, jstring name,
								    jboolean load)
{
	(void)type;
	struct bpf_program *program = find_program(env, object, name);

	if (!program)
		return;
	forget_log();

	int error = bpf_program__set_autoload(program, load);

	if (error)
		throw_bpf(env, "choose the programs to load", -error, 0);
}

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_objectMap(JNIEnv *env, jclass type, jlong object,
							    jstring name)
{
	(void)type;
	struct bpf_map *map = find_map(env, object, name);

	return map ? own(env, "take the map", bpf_map__fd(map)) : -1;
}

JNIEXPORT jint JNICALL Java_io_tern_libbpf_Native_objectProgram(JNIEnv *env, jclass type,
								jlong object, jstring name)
{
	(void)type;
	struct bpf_program *program = find_program(env, object, name);

	return program ? own(env, "take the program", bpf_program__fd(program)) : -1;
}
