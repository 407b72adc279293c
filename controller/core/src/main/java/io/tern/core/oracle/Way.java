package io.tern.core.oracle;

/** How a device gets packets to a backend. */
sealed interface Way permits Delivery, Way.Here {
  /** The backend is the device itself: a real server that steers. */
  record Here() implements Way {}
}
