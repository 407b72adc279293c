package io.tern.p4.generator;

/** A small P4Info with one of everything that the generator reads. */
final class SampleP4Info {
  static final String TEXT =
      """
      pkg_info { name: "sample" version: "1.2" }
      tables {
        preamble { id: 33554433 name: "Ingress.vip.vip_v4" alias: "vip_v4" }
        match_fields { id: 1 name: "dst_addr" bitwidth: 32 match_type: EXACT }
        match_fields { id: 2 name: "dst_port" bitwidth: 16 match_type: EXACT }
        action_refs { id: 16777217 }
        action_refs { id: 21257015 scope: DEFAULT_ONLY }
        direct_resource_ids: 318767105
        size: 1024
      }
      actions { preamble { id: 21257015 name: "NoAction" alias: "NoAction" } }
      actions {
        preamble { id: 16777217 name: "Ingress.vip.set_pool" alias: "set_pool" }
        params { id: 1 name: "pool_id" bitwidth: 16 }
      }
      counters {
        preamble {
          id: 301989889 name: "Ingress.reason" alias: "reason"
          structured_annotations {
            name: "tern_cells"
            expression_list {
              expressions { int64_value: 0 }
              expressions { string_value: "not_vip" }
              expressions { string_value: "passed" }
              expressions { int64_value: 1 }
              expressions { string_value: "malformed" }
              expressions { string_value: "lengths that lie" }
            }
          }
        }
        spec { unit: BOTH }
        size: 2
      }
      direct_counters {
        preamble { id: 318767105 name: "Ingress.vip.vip_v4_counter" alias: "vip_v4_counter" }
        direct_table_id: 33554433
      }
      controller_packet_metadata {
        preamble { id: 75327753 name: "packet_out" alias: "packet_out" }
        metadata { id: 1 name: "egress_port" bitwidth: 9 }
        metadata { id: 2 name: "pad" bitwidth: 7 }
      }
      """;

  private SampleP4Info() {}
}
