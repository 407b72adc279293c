package io.tern.embedded.bmv2;

import java.util.List;

/**
 * An array of headers of one type.
 *
 * @param index place in {@link Program#stacks()}
 */
public record HeaderStack(int index, String name, HeaderType type, List<Header> elements) {
  public HeaderStack {
    elements = List.copyOf(elements);
  }
}
