package org.example.channels;

import io.auditspring.Audited;

import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.stereotype.Controller;

@Controller
class MessageController {

	private final Notes notes;

	MessageController(Notes notes) {
		this.notes = notes;
	}

	@Audited(action = "message.note", message = "#{#text}")
	@MessageMapping("/note")
	@SendTo("/topic/notes")
	public String note(String text) {
		return this.notes.save(new Note(text)).getText();
	}

}
