package io.tern.app.compile;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tern.southbound.session.PipelineConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code tern compile} makes of a profile: a program that devices can be given, with all that
 * it was made of. Immutable; its files agree with its manifest, and its P4Info with the contract.
 *
 * <p>In its directory: {@code tern.json} (BMv2's program, which is also its {@code
 * p4_device_config}), {@code tern.p4info.txtpb}, {@code profile.properties}, {@code src/*.p4} and
 * {@code manifest.sha256}.
 */
public final class Bundle {
  /** The profile that the bundle was compiled from. */
  static final String PROFILE = "profile.properties";

  private final Profile profile;
  private final BundleManifest manifest;
  private final PipelineConfig pipeline;

  private Bundle(Profile profile, BundleManifest manifest, PipelineConfig pipeline) {
    this.profile = requireNonNull(profile, "profile");
    this.manifest = requireNonNull(manifest, "manifest");
    this.pipeline = requireNonNull(pipeline, "pipeline");
  }

  /**
   * Reads a bundle.
   *
   * @param directory that {@code tern compile} wrote
   * @throws BundleException if a file is not the one of the manifest, or the program is not one
   *     that this controller can drive
   * @throws IOException if a file cannot be read
   */
  public static Bundle read(Path directory) throws BundleException, IOException {
    try {
      return verified(directory);
    } catch (BundleException e) {
      throw new BundleException("bundle " + directory + ": " + e.getMessage());
    }
  }

  private static Bundle verified(Path directory) throws BundleException, IOException {
    Path file = directory.resolve(BundleManifest.FILE);
    if (!Files.isRegularFile(file)) {
      throw new BundleException(
          BundleManifest.FILE + " is missing: expected a directory that \"tern compile\" wrote");
    }
    BundleManifest manifest =
        BundleManifest.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    for (String needed : new String[] {P4Compiler.PROGRAM, P4Compiler.P4INFO, PROFILE}) {
      if (!manifest.hashes().containsKey(needed)) {
        throw new BundleException(needed + " is not in " + BundleManifest.FILE);
      }
    }
    Map<String, byte[]> contents = new TreeMap<>();
    for (Map.Entry<String, String> entry : manifest.hashes().entrySet()) {
      Path path = directory.resolve(entry.getKey());
      if (!Files.isRegularFile(path)) {
        throw new BundleException(entry.getKey() + " is missing");
      }
      byte[] content = Files.readAllBytes(path);
      String hash = BundleManifest.sha256(content);
      if (!hash.equals(entry.getValue())) {
        throw new BundleException(
            entry.getKey()
                + " is not the file that was compiled: its SHA-256 is "
                + hash
                + ", the manifest's is "
                + entry.getValue());
      }
      contents.put(entry.getKey(), content);
    }
    return new Bundle(
        profile(contents.get(PROFILE)),
        manifest,
        pipeline(contents.get(P4Compiler.P4INFO), contents.get(P4Compiler.PROGRAM)));
  }

  private static Profile profile(byte[] content) throws BundleException {
    try {
      return ProfileFile.parse(new String(content, StandardCharsets.UTF_8), "unnamed");
    } catch (ProfileException e) {
      throw new BundleException(PROFILE + ": " + e.getMessage());
    }
  }

  private static PipelineConfig pipeline(byte[] p4Info, byte[] program) throws BundleException {
    PipelineConfig pipeline;
    try {
      pipeline =
          PipelineConfig.parse(
              new String(p4Info, StandardCharsets.UTF_8), ByteString.copyFrom(program));
    } catch (InvalidProtocolBufferException e) {
      throw new BundleException(P4Compiler.P4INFO + ": " + e.getMessage());
    }
    ContractCheck.check(pipeline.p4Info(), PipelineConfig.ofContract().p4Info());
    return pipeline;
  }

  /** The profile's name. */
  public String name() {
    return profile.name();
  }

  Profile profile() {
    return profile;
  }

  BundleManifest manifest() {
    return manifest;
  }

  /** What a device is given; its cookie comes from the content. */
  public PipelineConfig pipeline() {
    return pipeline;
  }
}
