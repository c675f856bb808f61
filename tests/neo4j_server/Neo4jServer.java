import java.nio.file.Path;
import java.util.List;

import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/**
 * A Neo4j server in one file: Bolt on a port of this machine, authentication on, data in a folder.
 *
 * <p>Arguments: the folder, the port, then settings as they stand in a neo4j.conf ({@code name=value}).
 * It prints {@code READY} once it answers, and stops when its standard input ends: so it never outlives
 * the process that started it, however that one dies.
 */
public final class Neo4jServer {
    private Neo4jServer() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        List<String> settings = List.of(arguments).subList(2, arguments.length);

        var builder = new DatabaseManagementServiceBuilder(folder)
                .setConfig(GraphDatabaseSettings.auth_enabled, true)
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", port))
                .setConfig(BoltConnector.advertised_address, new SocketAddress("127.0.0.1", port));
        if (!settings.isEmpty()) {
            Path file = java.nio.file.Files.write(folder.resolve("extra.conf"), settings);
            builder.loadPropertiesFromFile(file);
        }
        DatabaseManagementService service = builder.build();
        Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
        System.out.println("READY");
        System.out.flush();
        while (System.in.read() >= 0) {
            // The parent says nothing; the end of its pipe is the word to stop.
        }
        System.exit(0);
    }
}
