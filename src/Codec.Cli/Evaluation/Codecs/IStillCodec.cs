using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>A codec that is measured: from pixels in memory to a whole file in memory and back.</summary>
internal interface IStillCodec
{
    /// <summary>What files of results call it: <c>vq</c>, <c>jpeg</c>, <c>jpeg-half</c>.</summary>
    string Key { get; }

    /// <summary>What people call it.</summary>
    string Name { get; }

    /// <summary>How its encoder is set, for the report.</summary>
    string Settings { get; }

    /// <summary>About how long a picture takes at one setting, against other codecs: for the estimate of the time that is left.</summary>
    double Cost { get; }

    /// <summary>What a setting is called: the codec's quality, or the rate point and stages that stand for it.</summary>
    string Label(int setting);

    /// <summary>Encodes a picture.</summary>
    /// <param name="picture">An Rgb24 picture.</param>
    /// <param name="setting">The codec's quality, or whatever numbers its settings: higher ones make larger files.</param>
    /// <param name="cancellationToken">Stops encoders that can be stopped.</param>
    /// <returns>The whole file, without metadata.</returns>
    byte[] Encode(VqImage picture, int setting, CancellationToken cancellationToken);

    /// <summary>Decodes a file.</summary>
    /// <param name="file">What <see cref="Encode"/> gave.</param>
    /// <param name="width">The picture's width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="cancellationToken">Stops decoders that can be stopped.</param>
    /// <returns>An Rgb24 picture.</returns>
    VqImage Decode(byte[] file, int width, int height, CancellationToken cancellationToken);
}
