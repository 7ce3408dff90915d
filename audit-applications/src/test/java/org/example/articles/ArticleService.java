package org.example.articles;

import java.util.Set;

/**
 * What can be done with articles.
 */
interface ArticleService {

	Article publish(String title, Set<String> tags);

	Article rename(String slug, String title);

}
