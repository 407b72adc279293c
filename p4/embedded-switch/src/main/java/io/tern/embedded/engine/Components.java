package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Calculation;
import io.tern.embedded.bmv2.CounterArray;
import io.tern.embedded.bmv2.Header;
import io.tern.embedded.bmv2.HeaderStack;
import io.tern.embedded.bmv2.HeaderType;
import io.tern.embedded.bmv2.MeterArray;
import io.tern.embedded.bmv2.Program;
import io.tern.embedded.bmv2.RegisterArray;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** What compiled nodes share, by the index of the model. */
final class Components {
  private final Program program;
  private final LongSupplier nanoClock;
  private final RandomGenerator random;
  private final Layout layout;
  private final Map<HeaderType, HeaderCodec> codecs = new HashMap<>();
  private final CounterCells[] counters;
  private final RegisterCells[] registers;
  private final MeterCells[] meters;
  private final CompiledCalculation[] calculations;
  private final ExpressionCompiler.ScratchSize scratch = new ExpressionCompiler.ScratchSize();
  private final ExpressionCompiler expressions;
  private final ParserValueSets valueSets;

  Components(Program program, LongSupplier nanoClock, RandomGenerator random) {
    this.program = program;
    this.nanoClock = nanoClock;
    this.random = random;
    this.layout = new Layout(program);
    for (Header header : program.headers()) {
      codecs.computeIfAbsent(header.type(), type -> new HeaderCodec(type, layout));
    }
    for (HeaderStack stack : program.stacks()) {
      codecs.computeIfAbsent(stack.type(), type -> new HeaderCodec(type, layout));
    }
    this.counters =
        program.counters().stream()
            .map((CounterArray counter) -> new CounterCells(counter.size()))
            .toArray(CounterCells[]::new);
    this.registers =
        program.registers().stream()
            .map((RegisterArray register) -> new RegisterCells(register))
            .toArray(RegisterCells[]::new);
    this.meters =
        program.meters().stream()
            .map((MeterArray meter) -> new MeterCells(meter, nanoClock))
            .toArray(MeterCells[]::new);
    this.calculations =
        program.calculations().stream()
            .map((Calculation calculation) -> new CompiledCalculation(calculation, layout, codecs))
            .toArray(CompiledCalculation[]::new);
    this.valueSets = new ParserValueSets(program.valueSets());
    this.expressions = new ExpressionCompiler(layout, registers, new int[0], scratch);
  }

  Program program() {
    return program;
  }

  LongSupplier nanoClock() {
    return nanoClock;
  }

  RandomGenerator random() {
    return random;
  }

  Layout layout() {
    return layout;
  }

  Map<HeaderType, HeaderCodec> codecs() {
    return codecs;
  }

  CounterCells[] counters() {
    return counters;
  }

  RegisterCells[] registers() {
    return registers;
  }

  MeterCells[] meters() {
    return meters;
  }

  CompiledCalculation[] calculations() {
    return calculations;
  }

  ParserValueSets valueSets() {
    return valueSets;
  }

  ExpressionCompiler expressions() {
    return expressions;
  }

  ExpressionCompiler.ScratchSize scratch() {
    return scratch;
  }
}
