using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using VqVae.Samples.WebApi.Coding;
using VqVae.Samples.WebApi.Endpoints;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Settings;
using VqVae.Samples.WebApi.Storage;

namespace VqVae.Samples.WebApi;

/// <summary>The service, put together. Everything that it does stands in the folders beside this file.</summary>
internal static class Service
{
    /// <summary>Builds the service from <c>appsettings.json</c> beside the program, environment variables and a command line.</summary>
    public static WebApplication Build(string[] args)
    {
        // Wherever it is started from: a service manager starts programs in the root folder.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        AddSettings(builder.Services);
        AddServices(builder.Services);

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.UseRateLimiter();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapCompress();
        app.MapImages();
        app.MapHealth();
        return app;
    }

    /// <summary>Settings are checked when the service starts: one that runs with wrong limits is worse than one that does not run.</summary>
    private static void AddSettings(IServiceCollection services)
    {
        Add<LimitSettings>(LimitSettings.Section);
        Add<StorageSettings>(StorageSettings.Section);
        Add<ModelSettings>(ModelSettings.Section);
        services.AddOptions<KestrelServerOptions>().Configure<LimitSettings>(ConfigureKestrel);
        services.AddOptions<RateLimiterOptions>().Configure<LimitSettings>(Admission.Configure);
        services.AddOptions<RequestTimeoutOptions>().Configure<LimitSettings>((o, limits) =>
            o.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromSeconds(limits.RequestSeconds), TimeoutStatusCode = StatusCodes.Status504GatewayTimeout });
        services.AddOptions<HostOptions>().Configure<LimitSettings>((o, limits) => o.ShutdownTimeout = TimeSpan.FromSeconds(limits.ShutdownSeconds));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);

        void Add<T>(string section)
            where T : class
        {
            services.AddOptions<T>().BindConfiguration(section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
            services.AddSingleton(provider => provider.GetRequiredService<IOptions<T>>().Value);
        }
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemHandler>();
        services.AddRateLimiter(_ => { });
        services.AddRequestTimeouts();
        services.AddOpenApi(o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Pictures as .vq files";
            return Task.CompletedTask;
        }));
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default);
            o.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddSingleton<ImageStore>();
        services.AddSingleton<CodecWorkers>();
        services.AddSingleton<ServiceMetrics>();
        services.AddSingleton<CodecHost>();
        services.AddHostedService(provider => provider.GetRequiredService<CodecHost>());
        services.AddHostedService<UploadCleaner>();
    }

    private static void ConfigureKestrel(KestrelServerOptions options, LimitSettings settings)
    {
        options.AddServerHeader = false;
        var limits = options.Limits;

        // The service counts bodies itself (UploadSpool). Kestrel then reads on for up to five seconds, so that a client that sends too much learns why,
        // where its own limit would close the connection.
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxConcurrentConnections = 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);

        // A client that trickles its bytes holds a place for longer than the work takes.
        var rate = settings.BytesPerSecond == 0 ? null : new MinDataRate(settings.BytesPerSecond, TimeSpan.FromSeconds(5));
        limits.MinRequestBodyDataRate = rate;
        limits.MinResponseDataRate = rate;
    }
}
