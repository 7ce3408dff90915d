package org.example.importer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ImporterApplication {

	public static void main(String[] args) {
		System.exit(SpringApplication.exit(SpringApplication.run(ImporterApplication.class, args)));
	}

}
