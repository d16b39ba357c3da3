using Microsoft.Extensions.Options;
using VqVae.Samples.WebApi;
using VqVae.Samples.WebApi.Coding;

NativeHeap.Prepare();
try
{
    await using var app = Service.Build(args);
    var codec = app.Services.GetRequiredService<CodecHost>();
    await app.RunAsync();

    // The host ends of its own accord where the model does not load.
    return codec.HasFailed ? 1 : 0;
}
catch (Exception e) when (e is OptionsValidationException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" })
{
    Console.Error.WriteLine($"settings: {e.Message}");
    return 2;
}
