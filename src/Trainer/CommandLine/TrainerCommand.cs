using VqVae.CommandLine;

namespace VqVae.Trainer.CommandLine;

/// <summary>A command of <c>trainer</c>.</summary>
/// <param name="Arguments">The class of its options, with a <see cref="global::CommandLine.VerbAttribute"/>.</param>
/// <param name="Help">What its <c>--help</c> prints.</param>
/// <param name="Run">Runs it with its parsed options, and returns the exit code.</param>
internal sealed record TrainerCommand(Type Arguments, string Help, Func<object, Terminal, CancellationToken, int> Run)
{
    /// <summary>The command of a class of options.</summary>
    public static TrainerCommand Of<T>(string help, Func<T, Terminal, CancellationToken, int> run)
        where T : class => new(typeof(T), help, (arguments, terminal, stop) => run((T)arguments, terminal, stop));
}
