using System.IO.Pipelines;
using VqVae.Codec.Cli.Coding;

namespace VqVae.Samples.WebApi.Pictures;

/// <summary>A worker's end of a pipe to a client. It waits where the client is slow, and ends the work where the client has gone.</summary>
internal sealed class PipeTarget(PipeWriter writer, CancellationToken cancellationToken) : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var memory = writer.GetSpan(buffer.Length);
        buffer.CopyTo(memory);
        writer.Advance(buffer.Length);
        var flush = writer.FlushAsync(cancellationToken);
        var result = flush.IsCompleted ? flush.Result : flush.AsTask().GetAwaiter().GetResult();
        if (result.IsCompleted) throw new OperationCanceledException("the client has gone");
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }
}
