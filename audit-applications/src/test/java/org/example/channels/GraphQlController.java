package org.example.channels;

import io.auditspring.Audited;

import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

@Controller
class GraphQlController {

	private final Notes notes;

	GraphQlController(Notes notes) {
		this.notes = notes;
	}

	@QueryMapping
	long count() {
		return this.notes.count();
	}

	@Audited(action = "graphql.note", message = "#{#text}")
	@MutationMapping
	public String note(@Argument String text) {
		return this.notes.save(new Note(text)).getText();
	}

}
