namespace VqVae.Runtime;

/// <summary>What a codec will be used for, which decides what is opened when it is loaded; the rest is opened when it is first needed.</summary>
public enum VqCodecUse
{
    /// <summary>Both directions. The default: whatever is wrong with a model is found when it is loaded.</summary>
    Both,

    /// <summary>Compressing: the decoder is opened for a target of PSNR alone.</summary>
    Compress,

    /// <summary>Decompressing.</summary>
    Decompress,
}
