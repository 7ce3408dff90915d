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
	 * Starts it, and calls a tool that nobody guards and one that a policy guards.
	 * @param url where the application's database is
	 * @param user who may use it
	 * @return whether each of them failed
	 */
	public static List<Boolean> serve(String url, String user) {
		PGSimpleDataSource database = new PGSimpleDataSource();
		database.setUrl(url);
		database.setUser(user);
		SpringApplication application = new SpringApplication(PlainServer.class);
		application.addInitializers((context) -> context.getBeanFactory().registerSingleton("dataSource", database));
		try (ConfigurableApplicationContext context = application.run("--server.port=0",
				"--spring.ai.mcp.server.protocol=STATELESS", "--spring.flyway.enabled=false",
				"--spring.jpa.hibernate.ddl-auto=create")) {
			return List.of(call(context, "weigh"), call(context, "shred"));
		}
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
