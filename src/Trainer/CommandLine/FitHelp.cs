namespace VqVae.Trainer.CommandLine;

/// <summary>What <c>trainer fit --help</c> prints.</summary>
internal static class FitHelp
{
    /// <summary>The page.</summary>
    public const string Page = """
        trainer fit --data DIR --out DIR [options]   train a model on a folder of images
        trainer fit --out DIR --resume [options]     go on with a run that was stopped

          trainer fit --data photos --out runs/photos                     the preset photo, on a CPU
          trainer fit --data photos --out runs/photos --minutes 30        as far as half an hour goes
          trainer fit --data celeba --out runs/celeba --preset celeba     the plain VQ-VAE; wants a GPU
          trainer fit --data photos --out runs/mine --config mine.json --codes 256
          trainer fit --out runs/photos --resume --steps 8000             make a finished run longer

        A run is a preset, with what a file changes in it (--config), with what options change in both.
        An option that is not given leaves the value as it is: 'trainer presets show photo' prints them.
        What has no option of its own is set by its key with --set; giving a value twice is an error.
        With --resume the run keeps its settings; those marked * can be given anew.

        Settings:
          --preset NAME            what to start from: 'trainer presets' lists them (default: photo)
          --config FILE            JSON with a whole preset, or only with the keys that differ from --preset
          --set KEY=VALUE          one key, such as model.codes=256 or training.learning_rate=5e-4; lists as
                                   model.groups=0,1,2,4,8, null for none; may be repeated. 'trainer presets
                                   keys' lists the keys
          --seed S                 seed of weights, samples and restarts (default: 1)

        Data:
          --data DIR             * folder of images (PNG, JPEG, WebP, TIFF), searched recursively, or
                                   CelebA's own layout (img_align_celeba/, list_eval_partition.txt)
          --out DIR                run folder to write, such as runs/photos (required)
          --resume                 go on from the run folder's saved state
          --batch B                samples in a step
          --crop S                 train on random crops of SxS pixels
          --resize S               train on whole images resized to SxS; the aspect ratio is not kept
          --smallest-scale X       with crops: images are scaled down by a random factor from X to 1
          --crops-per-image N      samples that are cut from an image once it is decoded: more load faster,
                                   and are less varied
          --flip true|false        mirror half of the samples

        Length (one of them):
          --steps N              * optimisation steps
          --epochs N             * passes over the training images
          --minutes M            * minutes of training

        Model:
          --input-channels 1|3     colour channels that the networks see: 3 (RGB) or 1 (luma)
          --stride S               pixels a side of one latent position, a power of two
          --hidden N               channels of the hidden layers
          --residual-blocks N      residual blocks of the encoder and of the decoder

        Quantizer:
          --embedding-dim N        dimension of the codes
          --codes K                codebook size of a stage
          --stages L               stages that add up: residual levels, groups of dimensions, or both
          --groups LIST            where each group of latent dimensions begins, from 0, and at last the
                                   dimension: 0,1,2,4,8; null for one group
          --rate-lambdas LIST      for each rate point what a bit costs in its search, in squared 8-bit
                                   units: 150,350,800; null for one rate point and the nearest code
          --kmeans-start true|false
                                   start the codebooks by k-means on latents of the training images
          --zero-code true|false   keep code 0 of every stage but the first level the zero vector, so that
                                   flat regions cost a fraction of a bit

        Losses (weights; pixels are in [-1, 1]):
          --mse-weight W         * mean squared error
          --l1-weight W          * mean absolute error
          --ms-ssim-weight W     * 1 - MS-SSIM
          --codebook-weight W    * mean|sg[z] - e|^2, which moves the codebook; 0 if it learns by averages
          --commitment-weight W  * mean|z - sg[e]|^2, which moves the encoder
          --rate-weight W        * lambda times bits, which moves the encoder: needs rate lambdas. Above 0
                                   gradients are those of soft assignments in place of straight through
          --balance-rates BOOL   * true: weight rate points by 1/sqrt(lambda), so that a decibel counts
                                   alike at each; otherwise coarse ones count most

        Optimizer:
          --lr RATE              * peak learning rate of AdamW
          --schedule S             constant, or cosine: down to zero along half a cosine
          --warmup N               steps over which the learning rate rises at the start
          --weight-decay W       * decoupled weight decay
          --clip NORM            * largest gradient norm, 0 for no clipping
          --weight-ema D           validate and export a moving average of the weights with this decay, such
                                   as 0.999; 0 for the weights themselves
          --encoder-start SHARE  * share of the run at its beginning in which the encoder stays as it is
          --encoder-rate SHARE   * its learning rate as a share of --lr, such as 0.1
          --freeze-encoder SHARE * share of the run at its end in which it does; 1 for all of the run
          --precision P            float32, or bfloat16 for the networks' layers; weights, optimizer and
                                   quantizer are float32 either way

        Loader:
          --loader-threads N     * threads that load images (default: half of the processors, at most 8)
          --cache-mb MB          * memory for decoded images; what does not fit is decoded each time
                                   (default: a quarter of the memory, at most 4096)
          --cache-dir DIR        * folder for decoded images that do not fit the memory; several runs may
                                   share it (default: none)
          --cache-dir-mb MB      * what may be kept there (default: 20480)

        What is reported and saved:
          --report-every N       * steps between rows of metrics.csv (default: 20)
          --validate-every N     * steps between measurements on the images held back (default: 200)
          --samples-every N      * steps between pictures in samples/ (default: 500)
          --save-every N         * steps between saved states to resume from (default: 500)
          --save-minutes M       * minutes between saved states at the most (default: 5)
          --keep-every N         * steps between checkpoints that are kept; 0 for none (default: 0)
          --no-tensorboard       * write no event files for TensorBoard
          --no-report            * write no report.html

        Device:
          --device D             * auto, cpu, cuda or cuda:N (default: auto, a GPU where one works)
          --threads N            * CPU threads to compute with (default: one a core; on --resume the run's).
                                   Other thread counts round differently
          --libtorch DIR         * use the libtorch of an installed PyTorch (its folder torch/lib) in place
                                   of the one that is built in (default: VQVAE_LIBTORCH where it is set)

        Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 130 stopped by Ctrl-C, state saved.
        """;
}
