package io.tern.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second agent from a device. The kernel lets go of it when the process ends in any way.
 */
final class DeviceLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private DeviceLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes it.
   *
   * @throws AgentException if an agent of the device is running
   */
  static DeviceLock take(AgentOptions options) {
    Path file =
        options
            .runDirectory()
            .resolve("agent-" + Long.toUnsignedString(options.deviceId()) + ".lock");
    try {
      Files.createDirectories(options.runDirectory());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() != null) {
          return new DeviceLock(file, channel);
        }
      } catch (OverlappingFileLockException e) {
        // In this very process; said below.
      }
      channel.close();
    } catch (IOException e) {
      throw new AgentException(
          "cannot lock " + file + ": " + e.getMessage() + "; --run-dir names another place", e);
    }
    throw new AgentException(
        "an agent of device "
            + Long.toUnsignedString(options.deviceId())
            + " is running: it has locked "
            + file);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
