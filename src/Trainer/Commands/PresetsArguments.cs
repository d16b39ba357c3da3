using CommandLine;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer presets</c>.</summary>
[Verb("presets")]
internal sealed class PresetsArguments
{
    /// <summary>Nothing for the table, <c>show</c> or <c>keys</c>.</summary>
    [Value(0)]
    public string? Action { get; set; }

    /// <summary>What to show.</summary>
    [Value(1)]
    public string? Name { get; set; }

    /// <summary>Positional arguments that are left over, which is an error.</summary>
    [Value(9)]
    public IEnumerable<string> Rest { get; set; } = [];
}
