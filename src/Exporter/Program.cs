using VqVae.CommandLine;
using VqVae.Exporter.CommandLine;

using var signals = new StopSignals();
return ExporterProgram.Run(args, Terminal.OfProcess(), signals.Token);
