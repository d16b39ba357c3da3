using System.Reflection;

namespace VqVae.CommandLine;

/// <summary>The version of the running program.</summary>
internal static class ProgramVersion
{
    /// <summary>Such as <c>1.2.3</c>, or <c>1.3.0-alpha.0.7</c> between two releases; without the commit, which a file's bytes would then depend on.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
