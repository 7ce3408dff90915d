package org.example.importer;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

@Component
class ImportRunner implements ApplicationRunner {

	private final Importer importer;

	ImportRunner(Importer importer) {
		this.importer = importer;
	}

	@Override
	public void run(ApplicationArguments arguments) {
		arguments.getNonOptionArgs().forEach(this.importer::read);
	}

}
