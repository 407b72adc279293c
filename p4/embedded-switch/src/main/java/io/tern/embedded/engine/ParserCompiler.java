package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression.FieldValue;
import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.Header;
import io.tern.embedded.bmv2.HeaderStack;
import io.tern.embedded.bmv2.Parser;
import io.tern.embedded.engine.CompiledParser.Select;
import io.tern.embedded.engine.CompiledParser.Step;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Compiles the parser. */
final class ParserCompiler {
  private final Components components;
  private final Layout layout;
  private final ExpressionCompiler expressions;
  private final PrimitiveCompiler primitives;
  private final int packetTooShort;
  private final int stackOutOfBounds;
  private final int headerTooShort;
  private final int invalidArgument;

  private ParserCompiler(Components components) {
    this.components = components;
    this.layout = components.layout();
    this.expressions = components.expressions();
    this.primitives = new PrimitiveCompiler(components, expressions);
    Map<String, Integer> errors = components.program().errors();
    this.packetTooShort = errors.get("PacketTooShort");
    this.stackOutOfBounds = errors.get("StackOutOfBounds");
    this.headerTooShort = errors.get("HeaderTooShort");
    this.invalidArgument = errors.get("ParserInvalidArgument");
  }

  static CompiledParser compile(Components components) {
    Parser parser = components.program().parser();
    ParserCompiler compiler = new ParserCompiler(components);
    CompiledParser.State[] states =
        parser.states().stream().map(compiler::state).toArray(CompiledParser.State[]::new);
    Map<String, Integer> errors = components.program().errors();
    return new CompiledParser(
        states,
        parser.initial(),
        errors.get("NoError"),
        errors.get("PacketTooShort"),
        errors.get("ParserTimeout"));
  }

  private CompiledParser.State state(Parser.State state) {
    Step[] steps = state.operations().stream().map(this::step).toArray(Step[]::new);
    Select select;
    if (state.key().isEmpty() || state.transitions().isEmpty()) {
      int next = state.otherwise();
      select = c -> next;
    } else {
      select = SelectCompiler.compile(state, components);
    }
    return new CompiledParser.State(steps, select);
  }

  private Step step(Parser.Operation operation) {
    if (operation instanceof Parser.Extract extract) {
      return extract(extract.header());
    }
    if (operation instanceof Parser.ExtractNext extract) {
      return extractNext(extract.stack());
    }
    if (operation instanceof Parser.ExtractVariable extract) {
      int base = layout.base(extract.header());
      HeaderCodec codec = components.codecs().get(extract.header().type());
      LongNode bits = expressions.low(extract.bits());
      return c -> extractVariable(c, codec, base, bits.eval(c));
    }
    if (operation instanceof Parser.ExtractNextVariable extract) {
      return extractNextVariable(extract);
    }
    if (operation instanceof Parser.Assign assign) {
      return assign(assign.target(), assign.source());
    }
    if (operation instanceof Parser.AssignLookahead assign) {
      return lookahead(assign);
    }
    if (operation instanceof Parser.Verify verify) {
      ConditionNode condition = expressions.condition(verify.condition());
      LongNode error = expressions.low(verify.error());
      return c -> condition.test(c) ? CompiledParser.OK : (int) error.eval(c) & Integer.MAX_VALUE;
    }
    if (operation instanceof Parser.Advance advance) {
      return advance(advance.bits());
    }
    Operation call = primitives.compile(((Parser.Call) operation).primitive());
    return c -> {
      call.run(c);
      return CompiledParser.OK;
    };
  }

  private Step assign(FieldRef target, Value source) {
    Operation store = primitives.store(new FieldValue(target), source);
    return c -> {
      store.run(c);
      return CompiledParser.OK;
    };
  }

  private Step extract(Header header) {
    int base = layout.base(header);
    HeaderCodec codec = components.codecs().get(header.type());
    int octets = codec.fixedOctets();
    return c -> {
      if (c.frameEnd - c.cursor < octets) {
        return packetTooShort;
      }
      codec.extract(c.frame, c.cursor, c.r, base, 0);
      c.cursor += octets;
      return CompiledParser.OK;
    };
  }

  private Step extractNext(HeaderStack stack) {
    int[] bases = layout.bases(stack);
    int next = layout.next(stack);
    HeaderCodec codec = components.codecs().get(stack.type());
    int octets = codec.fixedOctets();
    return c -> {
      int index = (int) c.r[next];
      if (index >= bases.length) {
        return stackOutOfBounds;
      }
      if (c.frameEnd - c.cursor < octets) {
        return packetTooShort;
      }
      codec.extract(c.frame, c.cursor, c.r, bases[index], 0);
      c.cursor += octets;
      c.r[next]++;
      return CompiledParser.OK;
    };
  }

  private Step extractNextVariable(Parser.ExtractNextVariable extract) {
    HeaderStack stack = extract.stack();
    int[] bases = layout.bases(stack);
    int next = layout.next(stack);
    HeaderCodec codec = components.codecs().get(stack.type());
    LongNode bits = expressions.low(extract.bits());
    return c -> {
      int index = (int) c.r[next];
      if (index >= bases.length) {
        return stackOutOfBounds;
      }
      int error = extractVariable(c, codec, bases[index], bits.eval(c));
      if (error == CompiledParser.OK) {
        c.r[next]++;
      }
      return error;
    };
  }

  private int extractVariable(PacketContext c, HeaderCodec codec, int base, long bits) {
    if ((bits & 7) != 0) {
      return invalidArgument;
    }
    int left = c.frameEnd - c.cursor - codec.fixedOctets();
    if (left < 0 || bits < 0 || bits >>> 3 > left) {
      return packetTooShort;
    }
    if (bits > codec.maxVariableBits()) {
      return headerTooShort;
    }
    codec.extract(c.frame, c.cursor, c.r, base, (int) bits);
    c.cursor += codec.fixedOctets() + (int) (bits >>> 3);
    return CompiledParser.OK;
  }

  private Step lookahead(Parser.AssignLookahead assign) {
    FieldRef target = assign.target();
    int slot = layout.slot(target);
    int n = Layout.limbs(target.width());
    int offset = assign.source().offset();
    int width = assign.source().width();
    int sourceLimbs = Layout.limbs(width);
    components.scratch().reserve(0, Math.max(n, sourceLimbs));
    return c -> {
      if (offset + width > (c.frameEnd - c.cursor) << 3) {
        return packetTooShort;
      }
      WideMath.clear(c.scratch, 0, n);
      Bits.readWide(c.frame, (c.cursor << 3) + offset, width, c.scratch, 0);
      WideMath.zeroExtend(c.scratch, 0, n, target.width());
      System.arraycopy(c.scratch, 0, c.r, slot, n);
      return CompiledParser.OK;
    };
  }

  private Step advance(Value amount) {
    LongNode bits = expressions.low(amount);
    return c -> {
      long n = bits.eval(c);
      if ((n & 7) != 0) {
        return invalidArgument;
      }
      if (n < 0 || n >>> 3 > c.frameEnd - c.cursor) {
        return packetTooShort;
      }
      c.cursor += (int) (n >>> 3);
      return CompiledParser.OK;
    };
  }

  /** Compiles the selects of states. */
  private static final class SelectCompiler {
    /** Puts a part of the key in place; false if the packet is too short. */
    @FunctionalInterface
    private interface Part {
      boolean load(PacketContext c, long[] key);
    }

    private SelectCompiler() {}

    static Select compile(Parser.State state, Components components) {
      List<Parser.KeyPart> parts = state.key();
      int limbs = parts.stream().mapToInt(p -> Layout.limbs(p.width())).sum();
      Part[] loads = new Part[parts.size()];
      int at = 0;
      for (int i = 0; i < loads.length; i++) {
        loads[i] = part(parts.get(i), at, components.layout());
        at += Layout.limbs(parts.get(i).width());
      }
      Candidate[] candidates =
          state.transitions().stream()
              .map(t -> candidate(t, parts, components))
              .toArray(Candidate[]::new);
      int otherwise = state.otherwise();
      components.scratch().reserve(0, limbs);
      return c -> {
        for (Part load : loads) {
          if (!load.load(c, c.scratch)) {
            return CompiledParser.TOO_SHORT;
          }
        }
        for (Candidate candidate : candidates) {
          if (candidate.matches(c.scratch)) {
            return candidate.next();
          }
        }
        return otherwise;
      };
    }

    private static Part part(Parser.KeyPart part, int at, Layout layout) {
      int n = Layout.limbs(part.width());
      if (part instanceof Parser.FieldPart field) {
        int slot = layout.slot(field.field());
        if (n == 1) {
          return (c, key) -> {
            key[at] = c.r[slot];
            return true;
          };
        }
        return (c, key) -> {
          System.arraycopy(c.r, slot, key, at, n);
          return true;
        };
      }
      if (part instanceof Parser.StackPart field) {
        int[] bases = layout.bases(field.stack());
        int next = layout.next(field.stack());
        int relative = layout.relative(field.stack().type(), field.field());
        return (c, key) -> {
          int count = (int) c.r[next];
          if (count == 0) {
            WideMath.clear(key, at, n);
          } else {
            System.arraycopy(c.r, bases[count - 1] + relative, key, at, n);
          }
          return true;
        };
      }
      Parser.Lookahead lookahead = (Parser.Lookahead) part;
      int offset = lookahead.offset();
      int width = lookahead.width();
      return (c, key) -> {
        if (offset + width > (c.frameEnd - c.cursor) << 3) {
          return false;
        }
        Bits.readWide(c.frame, (c.cursor << 3) + offset, width, key, at);
        return true;
      };
    }

    /** A transition that may be taken. */
    private interface Candidate {
      boolean matches(long[] key);

      int next();
    }

    private record Word(long value, long mask, int next) implements Candidate {
      @Override
      public boolean matches(long[] key) {
        return (key[0] & mask) == value;
      }
    }

    private static final class WordSequence implements Candidate {
      private final long[] values;
      private final long[] masks;
      private final int next;

      WordSequence(long[] values, long[] masks, int next) {
        this.values = values;
        this.masks = masks;
        this.next = next;
      }

      @Override
      public int next() {
        return next;
      }

      @Override
      public boolean matches(long[] key) {
        for (int i = 0; i < values.length; i++) {
          if ((key[i] & masks[i]) != values[i]) {
            return false;
          }
        }
        return true;
      }
    }

    private static Candidate candidate(
        Parser.Transition transition, List<Parser.KeyPart> parts, Components components) {
      if (transition instanceof Parser.SetMember member) {
        return new SetCandidate(
            components.valueSets(),
            member.valueSet(),
            parts.stream().mapToInt(Parser.KeyPart::width).toArray(),
            words(member.masks(), parts),
            member.next());
      }
      Parser.Match match = (Parser.Match) transition;
      long[] values = words(match.values(), parts);
      long[] masks = words(match.masks(), parts);
      return values.length == 1
          ? new Word(values[0], masks[0], match.next())
          : new WordSequence(values, masks, match.next());
    }

    private static long[] words(List<BigInteger> values, List<Parser.KeyPart> parts) {
      int limbs = parts.stream().mapToInt(p -> Layout.limbs(p.width())).sum();
      long[] words = new long[limbs];
      int at = 0;
      for (int i = 0; i < parts.size(); i++) {
        int n = Layout.limbs(parts.get(i).width());
        Words.put(values.get(i), words, at, n);
        at += n;
      }
      return words;
    }

    /** Members are cut into words when the set has changed. */
    private static final class SetCandidate implements Candidate {
      private final ParserValueSets sets;
      private final int set;
      private final int[] widths;
      private final long[] masks;
      private final int next;
      private volatile Members members = new Members(List.of(), new long[0][]);

      private static final class Members {
        private final List<BigInteger> source;
        private final long[][] words;

        Members(List<BigInteger> source, long[][] words) {
          this.source = source;
          this.words = words;
        }
      }

      SetCandidate(ParserValueSets sets, int set, int[] widths, long[] masks, int next) {
        this.sets = sets;
        this.set = set;
        this.widths = widths;
        this.masks = masks;
        this.next = next;
      }

      @Override
      public boolean matches(long[] key) {
        List<BigInteger> now = sets.get(set);
        Members current = members;
        if (current.source != now) {
          current = new Members(now, now.stream().map(this::cut).toArray(long[][]::new));
          members = current;
        }
        for (long[] member : current.words) {
          if (equals(key, member)) {
            return true;
          }
        }
        return false;
      }

      private boolean equals(long[] key, long[] member) {
        for (int i = 0; i < member.length; i++) {
          if (((key[i] ^ member[i]) & masks[i]) != 0) {
            return false;
          }
        }
        return true;
      }

      /** The parts stand without padding in a member, the first one at the top. */
      private long[] cut(BigInteger value) {
        long[] words = new long[masks.length];
        int at = masks.length;
        BigInteger rest = value;
        for (int i = widths.length - 1; i >= 0; i--) {
          int n = Layout.limbs(widths[i]);
          at -= n;
          Words.put(rest, words, at, n);
          WideMath.zeroExtend(words, at, n, widths[i]);
          rest = rest.shiftRight(widths[i]);
        }
        return words;
      }

      @Override
      public int next() {
        return next;
      }
    }
  }
}
