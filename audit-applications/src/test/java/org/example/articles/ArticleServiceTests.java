package org.example.articles;

import java.util.Set;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Transactional
class ArticleServiceTests {

	@Autowired
	private ArticleService service;

	@Autowired
	private Articles articles;

	@Test
	void aRenamedArticleIsFound() {
		this.service.publish("Draft", Set.of());
		this.service.rename("draft", "Final");
		assertThat(this.articles.findByTitleSlug("final")).isPresent();
	}

}
