package org.example.articles;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

@Embeddable
public record Title(@Column(name = "title") String text, @Column(name = "slug", unique = true) String slug) {

	static Title of(String text) {
		return new Title(text, text.toLowerCase().replace(' ', '-'));
	}

}
