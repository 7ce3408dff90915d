package org.example.articles;

import java.util.NoSuchElementException;
import java.util.Set;

import io.auditspring.Audited;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
@Transactional
class ArticleServiceImpl implements ArticleService {

	private final Articles articles;

	ArticleServiceImpl(Articles articles) {
		this.articles = articles;
	}

	@Override
	public Article publish(String title, Set<String> tags) {
		return this.articles.save(new Article(Title.of(title), tags));
	}

	@Audited
	@Override
	public Article rename(String slug, String title) {
		Article article = this.articles.findByTitleSlug(slug).orElseThrow(() -> new NoSuchElementException(slug));
		article.setTitle(Title.of(title));
		return article;
	}

}
