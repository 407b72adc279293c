package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Pipeline;
import io.tern.embedded.bmv2.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A node of a pipeline: works on the packet and says what follows. */
abstract class ControlNode {
  /** The next node, null at the end. */
  abstract ControlNode execute(PacketContext c);

  /** Runs a pipeline to its end or to an exit. */
  static void run(ControlNode first, PacketContext c) {
    ControlNode node = first;
    while (node != null && !c.exit) {
      node = node.execute(c);
    }
  }

  /** Links the nodes of a pipeline and returns the first one, null if it is empty. */
  static ControlNode compile(
      Pipeline pipeline,
      Components components,
      Map<Integer, CompiledAction> actions,
      Map<String, MatchTable> tables) {
    List<Pipeline.Node> models = pipeline.nodes();
    ControlNode[] nodes = new ControlNode[models.size()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = unlinked(models.get(i), components, actions, tables);
    }
    for (int i = 0; i < nodes.length; i++) {
      link(nodes[i], models.get(i), nodes);
    }
    return at(nodes, pipeline.first());
  }

  private static ControlNode at(ControlNode[] nodes, int index) {
    return index == Pipeline.END ? null : nodes[index];
  }

  private static ControlNode unlinked(
      Pipeline.Node model,
      Components components,
      Map<Integer, CompiledAction> actions,
      Map<String, MatchTable> tables) {
    if (model instanceof Pipeline.Branch branch) {
      return new BranchNode(components.expressions().condition(branch.condition()));
    }
    if (model instanceof Pipeline.Call call) {
      return new CallNode(actions.get(call.action().id()));
    }
    Table table = ((Pipeline.Apply) model).table();
    MatchTable compiled =
        MatchTable.of(
            table, table.actions().stream().map(a -> actions.get(a.id())).toList(), components);
    tables.put(table.name(), compiled);
    int meterSlot =
        table.directMeter() == null
            ? -1
            : components.layout().slot(table.directMeter().directTarget());
    return new TableNode(compiled, meterSlot);
  }

  private static void link(ControlNode node, Pipeline.Node model, ControlNode[] nodes) {
    if (model instanceof Pipeline.Branch branch) {
      ((BranchNode) node).whenTrue = at(nodes, branch.whenTrue());
      ((BranchNode) node).whenFalse = at(nodes, branch.whenFalse());
    } else if (model instanceof Pipeline.Call call) {
      ((CallNode) node).next = at(nodes, call.next());
    } else {
      Pipeline.Apply apply = (Pipeline.Apply) model;
      int actions = apply.table().actions().size();
      MatchTable table = ((TableNode) node).table;
      if (apply.successors() instanceof Pipeline.ByResult result) {
        ControlNode[] hit = new ControlNode[actions];
        ControlNode[] miss = new ControlNode[actions];
        Arrays.fill(hit, at(nodes, result.hit()));
        Arrays.fill(miss, at(nodes, result.miss()));
        table.start(hit, miss, at(nodes, result.miss()));
      } else {
        Pipeline.ByAction byAction = (Pipeline.ByAction) apply.successors();
        ControlNode[] next =
            byAction.next().stream().map(i -> at(nodes, i)).toArray(ControlNode[]::new);
        table.start(next, next, at(nodes, byAction.withoutAction()));
      }
    }
  }

  private static final class TableNode extends ControlNode {
    private final MatchTable table;
    private final int meterSlot;

    TableNode(MatchTable table, int meterSlot) {
      this.table = table;
      this.meterSlot = meterSlot;
    }

    @Override
    ControlNode execute(PacketContext c) {
      return table.apply(c, meterSlot);
    }
  }

  private static final class BranchNode extends ControlNode {
    private final ConditionNode condition;
    private ControlNode whenTrue;
    private ControlNode whenFalse;

    BranchNode(ConditionNode condition) {
      this.condition = condition;
    }

    @Override
    ControlNode execute(PacketContext c) {
      return condition.test(c) ? whenTrue : whenFalse;
    }
  }

  private static final class CallNode extends ControlNode {
    private final CompiledAction action;
    private ControlNode next;

    CallNode(CompiledAction action) {
      this.action = action;
    }

    @Override
    ControlNode execute(PacketContext c) {
      action.run(c);
      return next;
    }
  }
}
