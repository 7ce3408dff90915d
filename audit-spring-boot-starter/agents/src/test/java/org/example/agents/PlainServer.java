package org.example.agents;

import java.util.List;
import java.util.Map;

import io.auditspring.ApprovalPolicy;
import io.auditspring.shop.ShopConfiguration;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.ai.mcp.annotation.McpTool;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.ResolvableType;

/**
 * An application that offers tools and asks no model itself.
 */
@Configuration(proxyBeanMethods = false)
@Import(ShopConfiguration.class)
public class PlainServer {

	/**
	 * Starts it, calls a tool that nobody guards and one that a policy guards, and prints
	 * whether each of them failed.
	 * @param arguments where the application's database is, and who may use it
	 */
	public static void main(String[] arguments) {
		PGSimpleDataSource database = new PGSimpleDataSource();
		database.setUrl(arguments[0]);
		database.setUser(arguments[1]);
		SpringApplication application = new SpringApplication(PlainServer.class);
		application.addInitializers((context) -> context.getBeanFactory().registerSingleton("dataSource", database));
		List<Boolean> results;
		try (ConfigurableApplicationContext context = application.run("--server.port=0",
				"--spring.ai.mcp.server.protocol=STATELESS", "--spring.flyway.enabled=false",
				"--spring.jpa.hibernate.ddl-auto=create")) {
			results = List.of(call(context, "weigh"), call(context, "shred"));
		}
		System.out.println(results);
	}

	private static boolean call(ConfigurableApplicationContext context, String tool) {
		ObjectProvider<List<SyncToolSpecification>> tools = context
			.getBeanProvider(ResolvableType.forClassWithGenerics(List.class, SyncToolSpecification.class));
		CallToolResult result = tools.stream()
			.flatMap(List::stream)
			.filter((each) -> each.tool().name().equals(tool))
			.findFirst()
			.orElseThrow()
			.callHandler()
			.apply(McpTransportContext.EMPTY, CallToolRequest.builder(tool).arguments(Map.of("parcel", "7")).build());
		return Boolean.TRUE.equals(result.isError());
	}

	@Bean
	ApprovalPolicy shredding() {
		return (action, arguments) -> action.equals("tool.shred");
	}

	@Bean
	Scales scales() {
		return new Scales();
	}

	/**
	 * What it offers.
	 */
	static class Scales {

		@McpTool(name = "weigh", description = "Weighs a parcel")
		String weigh(String parcel) {
			return "1 kg";
		}

		@McpTool(name = "shred", description = "Shreds a parcel")
		String shred(String parcel) {
			return "gone";
		}

	}

}
