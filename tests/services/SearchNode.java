import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * One Elasticsearch node inside this JVM, until the JVM is told to end.
 *
 * Usage: SearchNode HOME, where HOME holds config/elasticsearch.yml and modules/transport-netty4.
 */
public final class SearchNode {
    private SearchNode() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Settings paths = Settings.builder().put("path.home", home.toString()).build();
        LogConfigurator.configureESLogging();
        LogConfigurator.configureWithoutConfig(Settings.EMPTY);
        var environment = InternalSettingsPreparer.prepareEnvironment(paths, Map.of(), home.resolve("config"), () -> "test");
        var network = PluginsLoader.createPluginsLoader(bundles(home.resolve("modules")), Set.of(), Map.of(), false);
        Node node = new Node(environment, network);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.injector().getInstance(RestController.class).registerHandler(new Greeting());
        node.start();
        Thread.currentThread().join();
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (IOException problem) {
            problem.printStackTrace();
        }
    }

    /** The modules in a folder. Version 9 gave the method that finds them a second parameter. */
    @SuppressWarnings("unchecked")
    private static Set<PluginBundle> bundles(Path folder) throws ReflectiveOperationException {
        var finder = Arrays.stream(PluginsLoader.class.getMethods())
            .filter(method -> method.getName().equals("loadModulesBundles"))
            .findFirst()
            .orElseThrow(() -> new NoSuchMethodException("PluginsLoader.loadModulesBundles"));
        Object found = finder.getParameterCount() == 1 ? finder.invoke(null, folder) : finder.invoke(null, folder, false);
        return (Set<PluginBundle>) found;
    }

    /** GET and HEAD of the root address: clients ask it for the version, and its own module is not published. */
    private static final class Greeting extends BaseRestHandler {
        @Override
        public String getName() {
            return "greeting";
        }

        @Override
        public List<Route> routes() {
            return List.of(Route.builder(RestRequest.Method.GET, "/").build(), Route.builder(RestRequest.Method.HEAD, "/").build());
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> {
                var answer = channel.newBuilder().startObject().field("cluster_name", "yujing-tests");
                answer.startObject("version").field("number", Build.current().version()).endObject();
                channel.sendResponse(new RestResponse(RestStatus.OK, answer.field("tagline", "You Know, for Search").endObject()));
            };
        }
    }
}
