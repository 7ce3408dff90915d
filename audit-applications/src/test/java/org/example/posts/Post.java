package org.example.posts;

import org.springframework.data.annotation.Id;

record Post(@Id Long id, String title) {

}
