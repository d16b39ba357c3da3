using System.Globalization;
using System.Runtime.InteropServices;

namespace VqVae.Benchmarks;

/// <summary>What benchmarks print, in the invariant culture.</summary>
internal static class Print
{
    /// <summary>Prints a line.</summary>
    public static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Prints what the figures below it were measured on.</summary>
    public static void Machine() =>
        Line($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}");
}
