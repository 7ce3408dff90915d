package org.example.posts;

import javax.sql.DataSource;

import io.auditspring.AuditDataSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class PostsApplication {

	@Bean(defaultCandidate = false)
	@AuditDataSource
	DataSource ledger(@Value("${ledger.url}") String url) {
		return DataSourceBuilder.create().url(url).username("postgres").build();
	}

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(PostsApplication.class, args)) {
			Writer writer = context.getBean(Writer.class);
			Post post = writer.write("News").block();
			try {
				writer.withdraw(post.id()).block();
				throw new AssertionError("It was withdrawn");
			}
			catch (IllegalStateException ex) {
				// As it says
			}
			if (context.getBean(Posts.class).count().block() != 1) {
				throw new AssertionError("The transaction was not rolled back");
			}
		}
	}

}
