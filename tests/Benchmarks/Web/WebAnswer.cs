using System.Net;

namespace VqVae.Benchmarks.Web;

/// <summary>What came of a request.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Status">The answer's status; <c>null</c> where there was none.</param>
/// <param name="Seconds">From when it was due to the last byte.</param>
/// <param name="Fault">What is wrong with the answer, or why there is none; <c>null</c> where it is right. To be refused with a time to come back is right.</param>
internal readonly record struct WebAnswer(string Kind, HttpStatusCode? Status, double Seconds, string? Fault);
