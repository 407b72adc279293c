/**
 * The program model: a compiled BMv2 JSON as immutable, validated records.
 *
 * <p>{@link io.tern.embedded.bmv2.ProgramReader} is the only way in. What it returns holds no
 * dangling name, no unknown operation and no expression that needs more bits than {@link
 * io.tern.embedded.bmv2.ValueRange#MAX_BITS}: an interpreter needs no check of the program at
 * packet time.
 */
package io.tern.embedded.bmv2;
