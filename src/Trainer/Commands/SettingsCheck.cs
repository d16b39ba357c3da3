using VqVae.Models;

namespace VqVae.Trainer.Commands;

/// <summary>Finds settings that cannot work, or not together, before any image is read.</summary>
internal static class SettingsCheck
{
    /// <summary>Checks each value, and those that exclude each other.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong and what to do.</exception>
    public static void Run(ModelSpec model, TrainingSpec training)
    {
        model.Validate();
        training.Validate(model);
        CheckCodebooks(model, training);
        CheckSamples(training);

        // The saved state holds each weight with two moments, and must be one file that can be read again.
        var stateBytes = 3L * sizeof(float) * ModelTensors.For(model).Sum(t => t.Shape.Aggregate(1L, (product, n) => product * n));
        if (stateBytes > SafetensorsFile.MaxFileBytes) throw new ArgumentException($"this model's saved state would take {stateBytes} bytes; at most {SafetensorsFile.MaxFileBytes} can be read");
    }

    private static void CheckCodebooks(ModelSpec model, TrainingSpec training)
    {
        if (model.FsqLevels is not null)
        {
            if (training.CodebookLearning == CodebookLearning.Ema)
                throw new ArgumentException("finite scalar quantization (model.fsq_levels) has no codebook to learn: set training.codebook_learning=gradient");
            if (training.KMeansStart) throw new ArgumentException("finite scalar quantization (model.fsq_levels) has no codebook to start: set training.k_means_start=false");
            if (training.ZeroCode) throw new ArgumentException("finite scalar quantization (model.fsq_levels) has no code to keep at zero: set training.zero_code=false");
        }
        else if (training.CodebookLearning == CodebookLearning.Ema && training.CodebookWeight > 0)
        {
            throw new ArgumentException(
                $"the codebook weight {training.CodebookWeight} has no effect where codebooks learn by moving averages: set training.codebook_weight=0, or training.codebook_learning=gradient");
        }
    }

    private static void CheckSamples(TrainingSpec training)
    {
        if (training.SampleMode != SampleMode.Resize) return;
        if (training.CropsPerImage > 1) throw new ArgumentException("crops per image: an image that is resized as a whole gives one sample; set training.crops_per_image=1, or train on crops (--crop S)");
        if (training.SmallestScale < 1) throw new ArgumentException("smallest scale: an image that is resized as a whole is not scaled before; set training.smallest_scale=1, or train on crops (--crop S)");
    }
}
