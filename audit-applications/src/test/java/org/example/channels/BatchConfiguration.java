package org.example.channels;

import io.auditspring.Audited;

import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.batch.infrastructure.item.support.ListItemReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

@Configuration(proxyBeanMethods = false)
class BatchConfiguration {

	@Bean
	Job importJob(JobRepository jobs, Step importStep) {
		return new JobBuilder("import", jobs).start(importStep).build();
	}

	@Bean
	Step importStep(JobRepository jobs, PlatformTransactionManager transactions, ItemWriter<String> writer) {
		return new StepBuilder("import", jobs).<String, String>chunk(2)
			.transactionManager(transactions)
			.reader(new ListItemReader<>(java.util.List.of("one", "two", "three")))
			.writer(writer)
			.build();
	}

	@Bean
	NoteWriter noteWriter(Notes notes) {
		return new NoteWriter(notes);
	}

	static class NoteWriter implements ItemWriter<String> {

		private final Notes notes;

		NoteWriter(Notes notes) {
			this.notes = notes;
		}

		@Override
		@Audited(action = "batch.write", message = "#{#args[0].size()} written")
		public void write(Chunk<? extends String> chunk) {
			chunk.forEach((text) -> this.notes.save(new Note(text)));
		}

	}

}
