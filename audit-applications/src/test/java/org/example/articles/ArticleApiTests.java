package org.example.articles;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class ArticleApiTests {

	@Autowired
	private RestTestClient client;

	@Test
	void anArticleIsPublishedAndRenamed() {
		this.client.post()
			.uri("/api/articles")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"title\": \"First words\", \"tags\": [\"news\"]}")
			.exchange()
			.expectStatus()
			.isOk();
		this.client.put()
			.uri("/api/articles/first-words")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"title\": \"Second words\"}")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.slug")
			.isEqualTo("second-words");
	}

	@Test
	void anUnknownArticleIsNotFound() {
		this.client.put()
			.uri("/api/articles/unknown")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"title\": \"Second words\"}")
			.exchange()
			.expectStatus()
			.isNotFound();
	}

}
