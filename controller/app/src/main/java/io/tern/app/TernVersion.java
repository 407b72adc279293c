package io.tern.app;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the class path. */
final class TernVersion implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = TernVersion.class.getResourceAsStream("/tern.properties")) {
      if (in == null) {
        throw new IOException("tern.properties is not on the class path");
      }
      properties.load(in);
    }
    return new String[] {"tern " + properties.getProperty("version")};
  }
}
