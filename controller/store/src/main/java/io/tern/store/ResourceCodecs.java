package io.tern.store;

import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Device;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import java.util.List;

/** One codec for each kind of resource of an intent. */
final class ResourceCodecs {
  static final ResourceCodec<String, Pool> POOLS = new PoolCodec();
  static final ResourceCodec<CidConfigKey, CidConfig> CID_CONFIGS = new CidConfigCodec();
  static final ResourceCodec<BackendKey, Backend> BACKENDS = new BackendCodec();
  static final ResourceCodec<String, Device> DEVICES = new DeviceCodec();
  static final ResourceCodec<String, Vip> VIPS = new VipCodec();

  static final List<ResourceCodec<?, ?>> ALL = List.of(POOLS, CID_CONFIGS, BACKENDS, DEVICES, VIPS);

  private ResourceCodecs() {}
}
