namespace VqVae.Codec.Cli.Tests;

/// <summary>Shares <see cref="TinyModel"/> between test classes.</summary>
[CollectionDefinition(Name)]
public sealed class TinyModelGroup : ICollectionFixture<TinyModel>
{
    public const string Name = "tiny model";
}
