using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

NativeHeap.KeepFreed();
using var signals = new StopSignals();
return CodecProgram.Run(args, Terminal.OfProcess(), signals.Token);
