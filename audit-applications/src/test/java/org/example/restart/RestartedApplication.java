package org.example.restart;

import io.auditspring.Audited;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@SpringBootApplication
public class RestartedApplication {

	private static final int STARTS = 3;

	public static void main(String[] args) {
		SpringApplication.run(RestartedApplication.class, args);
	}

	@Bean
	ApplicationRunner work(Diary diary) {
		return (arguments) -> {
			int start = Integer.getInteger("starts", 0) + 1;
			System.setProperty("starts", String.valueOf(start));
			diary.write("start " + start);
			// What the class loader of the last start left behind runs on.
			long threads = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("audit-"))
				.count();
			System.out.println("audit threads: " + threads);
			new Thread((start < STARTS) ? Restarter.getInstance()::restart : () -> System.exit(0)).start();
		};
	}

	@Component
	static class Diary {

		private final EntityManager entities;

		Diary(EntityManager entities) {
			this.entities = entities;
		}

		@Audited(action = "diary.write", message = "#{#text}")
		@Transactional
		public void write(String text) {
			this.entities.persist(new Line(text));
		}

	}

	@Entity(name = "Line")
	@org.hibernate.envers.Audited
	static class Line {

		@Id
		@GeneratedValue
		private Long id;

		private String text;

		protected Line() {
		}

		Line(String text) {
			this.text = text;
		}

	}

}
