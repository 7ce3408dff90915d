package org.example.articles;

import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/articles")
class ArticleController {

	private final ArticleService service;

	ArticleController(ArticleService service) {
		this.service = service;
	}

	@PostMapping
	View publish(@RequestBody Draft draft) {
		return View.of(this.service.publish(draft.title(), draft.tags()));
	}

	@PutMapping("/{slug}")
	View rename(@PathVariable String slug, @RequestBody Draft draft) {
		return View.of(this.service.rename(slug, draft.title()));
	}

	@ExceptionHandler(NoSuchElementException.class)
	ProblemDetail missing(NoSuchElementException missing) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, missing.getMessage());
	}

	record Draft(String title, Set<String> tags) {

	}

	record View(UUID id, String slug) {

		static View of(Article article) {
			return new View(article.getId(), article.getTitle().slug());
		}

	}

}
