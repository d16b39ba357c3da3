using VqVae.CommandLine;
using VqVae.Trainer.CommandLine;

// The first Ctrl-C ends the step and saves; a second one ends the process as usual.
using var signals = new StopSignals();
return TrainerProgram.Run(args, Terminal.OfProcess(), signals.Token);
