namespace VqVae.Trainer.Commands;

/// <summary>Says which keys of a preset an option of <c>trainer fit</c> sets.</summary>
/// <param name="keys">The keys, such as <c>model.codes</c>; all of them get the option's value.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(params string[] keys) : Attribute
{
    /// <summary>The keys.</summary>
    public IReadOnlyList<string> Keys => keys;

    /// <summary>The value of <c>training.sample_mode</c> that goes with the option, if any.</summary>
    public string? SampleMode { get; set; }

    /// <summary>Whether a run that is resumed takes another value than it began with.</summary>
    public bool Resumable { get; set; }
}
