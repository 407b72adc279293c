package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Action;
import io.tern.embedded.bmv2.Expression.Cast;
import io.tern.embedded.bmv2.Expression.CastKind;
import io.tern.embedded.bmv2.Expression.ElementField;
import io.tern.embedded.bmv2.Expression.FieldValue;
import io.tern.embedded.bmv2.Expression.NonZero;
import io.tern.embedded.bmv2.Expression.RegisterCell;
import io.tern.embedded.bmv2.Expression.Target;
import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.HeaderType;
import io.tern.embedded.bmv2.Primitive;
import io.tern.embedded.bmv2.ValueRange;
import java.util.List;

/** Compiles primitives. */
final class PrimitiveCompiler {
  /** Primitives that an action with loops may run; a packet that needs more is dropped. */
  private static final int MAX_STEPS = 1 << 16;

  private final Components components;
  private final ExpressionCompiler expressions;
  private final Layout layout;

  PrimitiveCompiler(Components components, ExpressionCompiler expressions) {
    this.components = components;
    this.expressions = expressions;
    this.layout = components.layout();
  }

  static CompiledAction action(Action action, Components components) {
    int[] slots = new int[action.parameters().size()];
    int next = 0;
    for (int i = 0; i < slots.length; i++) {
      slots[i] = next;
      next += Layout.limbs(action.parameters().get(i).width());
    }
    PrimitiveCompiler compiler =
        new PrimitiveCompiler(components, components.expressions().within(slots));
    return new CompiledAction(action, compiler.sequence(action.primitives()), slots, next);
  }

  /** Compiles primitives that run one after the other, with jumps between them. */
  Operation sequence(List<Primitive> primitives) {
    Operation[] all = new StraightLines(expressions.limbs(), this::compile).compile(primitives);
    boolean jumps =
        primitives.stream()
            .anyMatch(p -> p instanceof Primitive.Jump || p instanceof Primitive.JumpIfZero);
    if (jumps) {
      return c -> {
        int steps = 0;
        for (int i = 0; i < all.length; ) {
          if (++steps > MAX_STEPS) {
            c.failed = true;
            c.exit = true;
            return;
          }
          c.jump = i + 1;
          all[i].run(c);
          i = c.jump;
        }
      };
    }
    Operation[] operations = StraightLines.dense(all);
    return switch (operations.length) {
      case 0 -> c -> {};
      case 1 -> operations[0];
      default ->
          c -> {
            for (Operation operation : operations) {
              operation.run(c);
            }
          };
    };
  }

  Operation compile(Primitive primitive) {
    if (primitive instanceof Primitive.Assign assign) {
      return store(assign.target(), assign.source());
    }
    if (primitive instanceof Primitive.AssignVariable assign) {
      return assignVariable(assign);
    }
    if (primitive instanceof Primitive.AssignHeader assign) {
      return assignHeader(assign);
    }
    if (primitive instanceof Primitive.AssignStack assign) {
      return StackOperations.assign(layout, assign);
    }
    if (primitive instanceof Primitive.AddHeader add) {
      return addHeader(add);
    }
    if (primitive instanceof Primitive.RemoveHeader remove) {
      return removeHeader(remove);
    }
    if (primitive instanceof Primitive.Push push) {
      return StackOperations.push(layout, push);
    }
    if (primitive instanceof Primitive.Pop pop) {
      return StackOperations.pop(layout, pop);
    }
    if (primitive instanceof Primitive.Count count) {
      CounterCells cells = components.counters()[count.counter().index()];
      LongNode index = expressions.low(count.index());
      return c -> cells.count(index.eval(c), c.receivedLength);
    }
    if (primitive instanceof Primitive.RegisterRead read) {
      RegisterCells cells = components.registers()[read.register().index()];
      LongNode index = expressions.low(read.index());
      Operation store = store(read.target(), new RegisterCell(read.register(), read.index()));
      return c -> {
        if (cells.contains(index.eval(c))) {
          store.run(c);
        }
      };
    }
    if (primitive instanceof Primitive.RegisterWrite write) {
      return store(new RegisterCell(write.register(), write.index()), write.source());
    }
    if (primitive instanceof Primitive.ExecuteMeter meter) {
      return executeMeter(meter);
    }
    if (primitive instanceof Primitive.Hash hash) {
      return hash(hash);
    }
    if (primitive instanceof Primitive.Random random) {
      return random(random);
    }
    if (primitive instanceof Primitive.Require require) {
      return Diagnostics.require(expressions.condition(require.condition()), require);
    }
    if (primitive instanceof Primitive.Log log) {
      return Diagnostics.log(log, expressions);
    }
    if (primitive instanceof Primitive.Jump jump) {
      return c -> c.jump = jump.target();
    }
    if (primitive instanceof Primitive.JumpIfZero jump) {
      return jumpIfZero(jump);
    }
    return request(primitive);
  }

  /** What the switch does with the packet afterwards. */
  private Operation request(Primitive primitive) {
    if (primitive instanceof Primitive.MarkToDrop) {
      int egressSpec = layout.slot(components.program().standardMetadata().egressSpec());
      int group =
          components.program().standardMetadata().multicastGroup().map(layout::slot).orElse(-1);
      return c -> {
        c.r[egressSpec] = Interpreter.DROP_PORT;
        if (group >= 0) {
          c.r[group] = 0;
        }
      };
    }
    if (primitive instanceof Primitive.Exit) {
      return c -> c.exit = true;
    }
    if (primitive instanceof Primitive.Clone clone) {
      LongNode session = expressions.low(clone.session());
      LongNode fields = expressions.low(clone.fieldList());
      return c -> {
        c.cloneSession = (int) session.eval(c) & ReplicationEngine.MAX_SESSION;
        c.cloneFields = (int) fields.eval(c) & 0xffff;
      };
    }
    if (primitive instanceof Primitive.Resubmit resubmit) {
      LongNode fields = expressions.low(resubmit.fieldList());
      return c -> c.resubmitFields = (int) fields.eval(c) & 0xffff;
    }
    if (primitive instanceof Primitive.Recirculate recirculate) {
      LongNode fields = expressions.low(recirculate.fieldList());
      return c -> c.recirculateFields = (int) fields.eval(c) & 0xffff;
    }
    if (primitive instanceof Primitive.Digest digest) {
      LongNode list = expressions.low(digest.list());
      return c -> c.digest = (int) list.eval(c) & 0xffff;
    }
    if (primitive instanceof Primitive.Truncate truncate) {
      LongNode octets = expressions.low(truncate.octets());
      return c -> {
        long limit = octets.eval(c);
        if (limit >= 0 && limit < c.truncateTo) {
          c.truncateTo = (int) limit;
        }
      };
    }
    if (primitive instanceof Primitive.NoOp) {
      return c -> {};
    }
    throw new AssertionError(primitive);
  }

  /** Stores the low bits of a value, or the nearest value if the target saturates. */
  Operation store(Target target, Value source) {
    Value value = source;
    if (target.saturating()) {
      CastKind kind = target.signed() ? CastKind.SATURATE_SIGNED : CastKind.SATURATE_UNSIGNED;
      value = new Cast(kind, source, target.width());
    }
    return target.width() <= 64 ? storeWord(target, value) : storeWords(target, value);
  }

  private Operation storeWord(Target target, Value value) {
    LongNode source = expressions.low(value);
    long mask = Layout.mask(target.width());
    if (target instanceof FieldValue field) {
      int slot = layout.slot(field.field());
      ValueRange range = value.range();
      boolean fits = !range.isNegative() && range.high().bitLength() <= target.width();
      return fits ? c -> c.r[slot] = source.eval(c) : c -> c.r[slot] = source.eval(c) & mask;
    }
    if (target instanceof ElementField element) {
      HeaderNode header = expressions.header(element.header());
      int relative = layout.relative(element.header().type(), element.field());
      return c -> {
        int base = header.base(c);
        if (base != HeaderNode.NONE) {
          c.r[base + relative] = source.eval(c) & mask;
        }
      };
    }
    RegisterCell cell = (RegisterCell) target;
    RegisterCells cells = components.registers()[cell.register().index()];
    LongNode index = expressions.low(cell.index());
    return c -> cells.setWord(index.eval(c), 0, source.eval(c));
  }

  private Operation storeWords(Target target, Value value) {
    int width = target.width();
    int n = Layout.limbs(width);
    WideNode source = expressions.wide().compile(value, n, components.scratch().reserve(0, n));
    if (target instanceof RegisterCell cell) {
      RegisterCells cells = components.registers()[cell.register().index()];
      // The index may be computed in scratch as well: behind the value.
      LongNode index = expressions.low(cell.index(), n);
      return c -> {
        source.eval(c, c.scratch, 0);
        long i = index.eval(c);
        for (int limb = 0; limb < n; limb++) {
          cells.setWord(i, limb, c.scratch[limb]);
        }
      };
    }
    if (target instanceof FieldValue field) {
      int slot = layout.slot(field.field());
      return c -> {
        source.eval(c, c.scratch, 0);
        WideMath.zeroExtend(c.scratch, 0, n, width);
        System.arraycopy(c.scratch, 0, c.r, slot, n);
      };
    }
    ElementField element = (ElementField) target;
    HeaderNode header = expressions.header(element.header(), n);
    int relative = layout.relative(element.header().type(), element.field());
    return c -> {
      source.eval(c, c.scratch, 0);
      WideMath.zeroExtend(c.scratch, 0, n, width);
      int base = header.base(c);
      if (base != HeaderNode.NONE) {
        System.arraycopy(c.scratch, 0, c.r, base + relative, n);
      }
    };
  }

  /** A place for a computed word; wide targets get zeros above it. */
  @FunctionalInterface
  private interface WordStore {
    void put(PacketContext c, long word);
  }

  private WordStore wordStore(Target target) {
    int n = Layout.limbs(target.width());
    long mask = target.width() < 64 ? Layout.mask(target.width()) : -1;
    if (target instanceof RegisterCell cell) {
      RegisterCells cells = components.registers()[cell.register().index()];
      LongNode index = expressions.low(cell.index());
      return (c, word) -> {
        long i = index.eval(c);
        for (int limb = 0; limb < n; limb++) {
          cells.setWord(i, limb, limb == 0 ? word : 0);
        }
      };
    }
    HeaderNode place;
    if (target instanceof FieldValue field) {
      int slot = layout.slot(field.field());
      place = c -> slot;
    } else {
      ElementField element = (ElementField) target;
      HeaderNode header = expressions.header(element.header());
      int relative = layout.relative(element.header().type(), element.field());
      place =
          c -> {
            int base = header.base(c);
            return base == HeaderNode.NONE ? HeaderNode.NONE : base + relative;
          };
    }
    return (c, word) -> {
      int slot = place.base(c);
      if (slot != HeaderNode.NONE) {
        c.r[slot] = word & mask;
        WideMath.clear(c.r, slot + 1, n - 1);
      }
    };
  }

  private Operation executeMeter(Primitive.ExecuteMeter execute) {
    MeterCells cells = components.meters()[execute.meter().index()];
    LongNode index = expressions.low(execute.index());
    WordStore store = wordStore(execute.target());
    return c -> {
      long i = index.eval(c);
      if (cells.contains(i)) {
        store.put(c, cells.colour((int) i, c.receivedLength));
      }
    };
  }

  private Operation hash(Primitive.Hash hash) {
    CompiledCalculation calculation = components.calculations()[hash.calculation().index()];
    LongNode base = expressions.low(hash.base());
    LongNode size = expressions.low(hash.size());
    WordStore store = wordStore(hash.target());
    return c -> {
      long limit = size.eval(c);
      long value = limit == 0 ? 0 : Long.remainderUnsigned(calculation.output(c), limit);
      store.put(c, value + base.eval(c));
    };
  }

  private Operation random(Primitive.Random random) {
    LongNode low = expressions.low(random.low());
    LongNode high = expressions.low(random.high());
    WordStore store = wordStore(random.target());
    return c -> {
      long from = low.eval(c);
      long span = high.eval(c) - from;
      if (Long.compareUnsigned(high.eval(c), from) < 0) {
        return;
      }
      long offset = components.random().nextLong();
      if (span != -1) {
        offset = Long.remainderUnsigned(offset, span + 1);
      }
      store.put(c, from + offset);
    };
  }

  private Operation jumpIfZero(Primitive.JumpIfZero jump) {
    ConditionNode test = expressions.condition(new NonZero(jump.test()));
    return c -> {
      if (!test.test(c)) {
        c.jump = jump.target();
      }
    };
  }

  private Operation assignVariable(Primitive.AssignVariable assign) {
    FieldRef target = assign.target();
    int to = layout.slot(target);
    int from = layout.slot(assign.source());
    int copied = 1 + Layout.limbs(assign.source().width());
    int all = 1 + Layout.limbs(target.width());
    return c -> {
      System.arraycopy(c.r, from, c.r, to, copied);
      WideMath.clear(c.r, to + copied, all - copied);
    };
  }

  private Operation assignHeader(Primitive.AssignHeader assign) {
    HeaderNode target = expressions.header(assign.target());
    HeaderNode source = expressions.header(assign.source());
    int size = layout.size(assign.target().type());
    return c -> {
      int to = target.base(c);
      int from = source.base(c);
      if (to == HeaderNode.NONE) {
        return;
      }
      if (from == HeaderNode.NONE || c.r[from] == 0) {
        c.r[to] = 0;
      } else {
        System.arraycopy(c.r, from, c.r, to, size);
      }
    };
  }

  private Operation addHeader(Primitive.AddHeader add) {
    HeaderNode header = expressions.header(add.header());
    HeaderType type = add.header().type();
    int size = layout.size(type);
    int octets = type.fixedOctets();
    return c -> {
      int base = header.base(c);
      if (base != HeaderNode.NONE && c.r[base] == 0) {
        WideMath.clear(c.r, base, size);
        c.r[base] = 1;
        c.packetLength += octets;
      }
    };
  }

  private Operation removeHeader(Primitive.RemoveHeader remove) {
    HeaderNode header = expressions.header(remove.header());
    HeaderCodec codec = components.codecs().get(remove.header().type());
    return c -> {
      int base = header.base(c);
      if (base != HeaderNode.NONE && c.r[base] != 0) {
        c.r[base] = 0;
        c.packetLength -= codec.octets(c.r, base);
      }
    };
  }
}
